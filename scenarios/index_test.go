package scenarios

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"tutor/runner/golden"
	"tutor/runner/scenario"
)

var update = flag.Bool("update", false, "rewrite README.md from the scenarios")

const index = "README.md"

// The table of contents is what the scenarios say of themselves.
func TestIndex(t *testing.T) {
	golden.Compare(t, *update, index, contents(t))
}

// No two acts claim the same, and each claim fits a line of the table of contents.
func TestClaims(t *testing.T) {
	acts := map[string]string{}
	for _, name := range Names() {
		for _, act := range chapter(t, name).Acts {
			claim := claim(act)
			if !strings.HasSuffix(claim, ".") || len(claim) > 220 {
				t.Errorf("%v: the first sentence of about is to be what the act proves: %q", act.Pos, claim)
			}
			if other, ok := acts[claim]; ok {
				t.Errorf("%v: %s claims the same", act.Pos, other)
			}
			acts[claim] = act.Name
		}
	}
}

const preface = `<!-- Generated from the scenarios by make update. Do not edit. -->

# The course

Each lesson is one claim about what RabbitMQ does with messages, and one act that proves it, on the embedded
broker and on RabbitMQ 3.10, 4.0 and 4.3. The chapters are in the order in which they are best learned. One
is played as *tutor CHAPTER*, and one act of it as *tutor CHAPTER --act NAME*; *tutor list* shows what there
is.

The last four columns say what came of the act on each broker, as the tests have seen it: ✓ is pass. Where versions
differ, it is said of which brokers that was expected; *otherwise* is of all that are not named.
`

// brokers are those that the tests have played the course on, by the names of the files of verdicts.
var brokers = []string{"embedded", "3.10", "4.0", "4.3"}

// verdicts are what came of each act on each broker, by broker, chapter and act.
func verdicts(t *testing.T) map[[3]string]string {
	t.Helper()
	all := map[[3]string]string{}
	for _, broker := range brokers {
		text, err := os.ReadFile("../runner/testdata/verdicts/" + broker + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			verdict := strings.Replace(fields[2], "pass", "✓", 1)
			if len(fields) > 3 {
				verdict += " " + strings.Replace(strings.TrimPrefix(fields[3], "as on "), "any other", "otherwise", 1)
			}
			all[[3]string{broker, fields[0], fields[1]}] = verdict
		}
	}
	return all
}

func contents(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(preface)
	seen := verdicts(t)
	for _, name := range Names() {
		s := chapter(t, name)
		fmt.Fprintf(&b, "\n## %s\n\n[`%s`](%s.yaml)\n\n| lesson | act | embedded | 3.10 | 4.0 | 4.3 |\n| --- | --- | --- | --- | --- | --- |\n", cell(s.Title), name, name)
		for _, act := range s.Acts {
			fmt.Fprintf(&b, "| %s | %s |", cell(claim(act)), cell(act.Name))
			for _, broker := range brokers {
				verdict, ok := seen[[3]string{broker, name, act.Name}]
				if !ok {
					t.Errorf("%s: %s was not played on %s", name, act.Name, broker)
				}
				fmt.Fprintf(&b, " %s |", cell(verdict))
			}
			b.WriteString("\n")
		}
	}
	b.WriteString(questionsIntro)
	for _, q := range questions {
		var links []string
		for _, lesson := range q.lessons {
			name, act, _ := strings.Cut(lesson, ": ")
			if !slices.ContainsFunc(chapter(t, name).Acts, func(a *scenario.Act) bool { return a.Name == act }) {
				t.Errorf("%s: there is no act %q in %s", q.question, act, name)
			}
			links = append(links, fmt.Sprintf("[`%s`](%s.yaml) › %s", name, name, cell(act)))
		}
		fmt.Fprintf(&b, "| %s | %s |\n", cell(q.question), strings.Join(links, "<br>"))
	}
	return b.String()
}

func chapter(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	text, err := fs.ReadFile(FS(), name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Decode(name+".yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// claim is what an act proves: the first sentence of what it says about itself.
func claim(act *scenario.Act) string {
	about := strings.Join(strings.Fields(act.About), " ")
	if sentence, _, more := strings.Cut(about, ". "); more {
		return sentence + "."
	}
	return about
}

var inCells = strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;")

func cell(text string) string { return inCells.Replace(text) }
