package scenarios

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/scenario"
)

var update = flag.Bool("update", false, "rewrite README.md from the scenarios")

const index = "README.md"

// The table of contents is what the scenarios say of themselves.
func TestIndex(t *testing.T) {
	want := contents(t)
	if *update {
		if err := os.WriteFile(index, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s (-scenarios +%s; go test ./scenarios -update rewrites):\n%s", index, index, diff)
	}
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
`

func contents(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(preface)
	for _, name := range Names() {
		s := chapter(t, name)
		fmt.Fprintf(&b, "\n## %s\n\n[`%s`](%s.yaml)\n\n| lesson | act |\n| --- | --- |\n", cell(s.Title), name, name)
		for _, act := range s.Acts {
			fmt.Fprintf(&b, "| %s | %s |\n", cell(claim(act)), cell(act.Name))
		}
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
