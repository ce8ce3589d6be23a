package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/outcome"
)

// Nothing of the outcome is shown before the questions are answered; then each answer is beside the books'.
func TestPredict(t *testing.T) {
	code, stdout, stderr := runWith(t, "none\n\n7\n6\n1, 2\t1\n", "workqueue", "--act", "3", "--predict")
	if code != exitPass || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	before, after, played := strings.Cut(stdout, "\n✓ a lazy worker under automatic acknowledgement\n")
	if !played {
		t.Fatal(stdout)
	}
	for _, word := range []string{"Received", "Sent", "dropped", "lazy had it", "right", "wrong", "ms"} {
		if strings.Contains(before, word) {
			t.Errorf("%q is shown before the last answer:\n%s", word, before)
		}
	}
	const again = "  want numbers from 1 to 6, with commas or blanks between them\n"
	inOrder(t, before,
		"? a lazy worker under automatic acknowledgement\n  The broker forgets a message the moment it is sent",
		"  cast  lazy (consumer), sober (consumer), producer (publisher)\n", "lazy (auto-ack, prefetch 1, dies after 3s)\n",
		"  What becomes of 3:Hello!? (all that apply)\n  1  done: ", "\n  6  lost: ", "  > none\n"+again+"  > \n"+again+"  > 7\n"+again+"  > 6\n",
		"  Who gets 4:Hello!? (all that apply)\n  1  lazy\n  2  sober\n  3  nobody\n  > 1, 2\\t1\n")
	inOrder(t, after,
		"4 sent, 2 acked, 2 dropped",
		"  ✓ right  What becomes of 3:Hello!?\n           books  lost: ", "           why    lazy had it in its buffer, unseen",
		"  ✗ wrong  Who gets 4:Hello!?\n           you    lazy; sober\n           books  sober\n           why    it was delivered once, to sober.\n",
		"\n1 of 2 predictions right\n")
	if strings.Contains(after, "The broker forgets a message the moment") {
		t.Errorf("the act's text is shown again:\n%s", after)
	}
}

// inOrder fails the test unless all of some texts come one after the other.
func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		_, behind, found := strings.Cut(rest, part)
		if !found {
			t.Fatalf("%q is missing, or not in its place, in\n%s", part, text)
		}
		rest = behind
	}
}

// The exit code is that of the verdict, whatever is predicted.
func TestPredictionsAreNoVerdict(t *testing.T) {
	good := write(t, passing)
	wrong := write(t, strings.Replace(passing, "[m]", "[n]", 1))
	for _, test := range []struct {
		path, answers string
		code          int
		score         string
	}{
		{good, "6\n4\n", exitPass, "2 of 2 predictions right"},
		{good, "1\n1\n", exitPass, "0 of 2 predictions right"},
		{wrong, "6\n4\n", exitFail, "2 of 2 predictions right"},
		{good, "6", exitPass, "1 of 1 prediction right"},
		{good, "", exitPass, "nothing was predicted"},
	} {
		code, stdout, stderr := runWith(t, test.answers, test.path, "--predict")
		if code != test.code || !strings.HasSuffix(stdout, "\n"+test.score+"\n") {
			t.Errorf("%q: exit code %d, want %d and %s\n%s%s", test.answers, code, test.code, test.score, stdout, stderr)
		}
	}
}

// Once the answers have ended, the other acts are played without questions.
func TestPredictUntilTheAnswersEnd(t *testing.T) {
	_, stdout, _ := runWith(t, "6\n", write(t, passing), "--predict")
	inOrder(t, stdout, "✓ right", "? b\n", "  > \n  nothing more is asked: there are no more answers\n", "✓ b\n", "2 acts: 2 passed")
	_, stdout, _ = runWith(t, "", write(t, passing), "--predict")
	inOrder(t, stdout, "? a\n", "nothing more is asked", "✓ a\n", "✓ b\n")
	if strings.Contains(stdout, "? b\n") || strings.Contains(stdout, "you ") {
		t.Errorf("it goes on asking:\n%s", stdout)
	}
}

// Ctrl-C ends the waiting for an answer that never comes. What is left then could not be played.
func TestPredictIsInterrupted(t *testing.T) {
	path := write(t, passing)
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"the last act":          {[]string{path, "--act", "2"}, exitPass, "✓ b\n"},
		"an act before another": {[]string{path}, exitError, "! b (could not be played)\n"},
		"the last of a file":    {[]string{path, "hello", "--act", "2"}, exitError, "(could not be played)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			never, writing := io.Pipe()
			defer writing.Close()
			var out, errs bytes.Buffer
			hook := &hooked{Writer: &out, text: "  > ", do: interrupt}
			code := execute(ctx, append(test.args, "--predict"), terminal{in: never, out: hook, err: &errs})
			if code != test.code || errs.Len() > 0 {
				t.Errorf("exit code %d: %s", code, errs.String())
			}
			inOrder(t, out.String(), "  > \n  nothing more is asked: interrupted\n", test.says, "nothing was predicted\n")
		})
	}
}

// Of an act that could not be played nothing is asked.
func TestNothingToPredict(t *testing.T) {
	code, stdout, _ := runWith(t, "1\n", write(t, passing), "--act", "1", "--predict", "-b", "amqp://guest@127.0.0.1:1/")
	if code != exitError || strings.Contains(stdout, "  > ") || !strings.Contains(stdout, "connection refused") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

// What cannot be had together with questions is refused.
func TestPredictRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"--update and --times play several":     {"hello", "--update"},
		"one play of each act":                  {"hello", "--times", "2"},
		"and --watch for files":                 {write(t, passing), "--watch"},
		"and --quiet does not":                  {"hello", "--quiet"},
		"asks on standard output; give the for": {"hello", "--format", "json"},
		"answers come from standard input":      {"-"},
	} {
		code, stdout, stderr := run(t, append(args, "--predict")...)
		if code != exitError || !strings.Contains(stderr, want) || stdout != "" {
			t.Errorf("%v: exit code %d, %s, want %q", args, code, stderr, want)
		}
	}
}

// Other formats go to files, and positions of knobs are asked of like acts.
func TestPredictBeside(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run.json")
	code, stdout, stderr := runWith(t, "1\n1\n1\n", "workqueue", "--act", "2", "--predict", "--knobs", "--format", "json="+file)
	if code != exitPass || !strings.Contains(stdout, "? a lazy worker (acknowledgement: manual)") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), `"question": "What becomes of 1:Hello!?"`) {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestChoicesIn(t *testing.T) {
	choices := make([]outcome.Choice, 12)
	for _, test := range []struct {
		line    string
		several bool
		want    []int
	}{
		{"1", false, []int{0}}, {" 12 ", false, []int{11}}, {"2 2", false, []int{1}}, {"1 2", false, nil}, {"", false, nil}, {"0", false, nil},
		{"13", false, nil}, {"-1", false, nil}, {"one", false, nil}, {"1,3", true, []int{0, 2}}, {"3 ,, 1", true, []int{2, 0}},
		{",", true, nil}, {"1.", true, nil}, {"1 99999999999999999999", true, nil}, {strings.Repeat("1 ", 10_000), true, []int{0}},
	} {
		got, err := choicesIn(test.line, outcome.Prediction{Choices: choices, Several: test.several})
		if !slices.Equal(got, test.want) || (err == nil) != (test.want != nil) {
			t.Errorf("%.20q, several %v: %v, %v", test.line, test.several, got, err)
		}
	}
}

// A line that is longer than any answer is one line still.
func TestPredictLongLines(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	code, stdout, _ := runWith(t, long+"\n6\n", write(t, passing), "--act", "1", "--predict")
	if code != exitPass || !strings.Contains(stdout, "1 of 1 prediction right") || strings.Count(stdout, "want numbers") != 1 || len(stdout) > 20_000 {
		t.Errorf("exit code %d, %d bytes\n%.2000s", code, len(stdout), stdout)
	}
}

var (
	predictBlock = regexp.MustCompile("(?s)<!-- predict: ([^\n;]*); ([^\n]*) -->\n```console\n(.*?)```\n")
	questions    = regexp.MustCompile(`(?s)\n(  [^\n]*\(all that apply\)\n.*?\n)\n✓ .*?\n(  [✓✗] (?:right|wrong)  .*)`)
)

// The questions in the README are those that the program asks, with what it makes of the answers; the report between
// them is left out.
func TestReadmePredictions(t *testing.T) {
	const path = "../../README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block := predictBlock.FindSubmatch(text)
	if block == nil {
		t.Fatal("the README predicts nothing")
	}
	line, answers := string(block[1]), strings.ReplaceAll(string(block[2]), "; ", "\n")
	_, stdout, stderr := runWith(t, answers, strings.Fields(strings.ReplaceAll(line, "scenarios/", "../../scenarios/"))...)
	parts := questions.FindStringSubmatch(stdout)
	if parts == nil {
		t.Fatalf("tutor %s:\n%s%s", line, stdout, stderr)
	}
	got := "$ tutor " + line + "\n…\n" + parts[1] + "…\n" + parts[2]
	if *rewrite {
		if err := os.WriteFile(path, bytes.Replace(text, block[3], []byte(got), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(block[3]), got); diff != "" {
		t.Errorf("the README's questions of tutor %s (make update rewrites them; -README +program):\n%s", line, diff)
	}
}
