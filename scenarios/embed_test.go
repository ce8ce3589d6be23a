package scenarios

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tutor/runner/scenario"
)

func TestEveryScenarioTeaches(t *testing.T) {
	for _, name := range Names() {
		text, err := fs.ReadFile(FS(), name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Decode(name+".yaml", text)
		if err != nil {
			t.Error(err)
			continue
		}
		if strings.TrimSpace(s.About) == "" {
			t.Errorf("%s says nothing about itself", name)
		}
		if !strings.HasPrefix(string(text), "# yaml-language-server: $schema=schema.json\n") {
			t.Errorf("%s does not point editors to schema.json", name)
		}
		for _, act := range s.Acts {
			if strings.TrimSpace(act.About) == "" {
				t.Errorf("%v: the act says nothing about itself", act.Pos)
			}
		}
	}
}

func TestNames(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var want []string
	for _, file := range files {
		want = append(want, strings.TrimSuffix(file, ".yaml"))
	}
	got := Names()
	if !slices.Equal(slices.Sorted(slices.Values(got)), want) || !slices.Equal(got, order[:]) {
		t.Errorf("names %v, want %v in learning order, which is %v", got, want, order)
	}
}

func TestFormatIsCarried(t *testing.T) {
	schema, err := fs.ReadFile(Format(), "schema.json")
	if err != nil || !json.Valid(schema) {
		t.Errorf("schema.json: %v", err)
	}
	page, err := fs.ReadFile(Format(), "FORMAT.md")
	if err != nil || !strings.Contains(string(page), "# The scenario format") {
		t.Errorf("FORMAT.md: %v", err)
	}
}
