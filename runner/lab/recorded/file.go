package recorded

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"tutor/runner/outcome"
	"tutor/runner/report/compare"
	"tutor/runner/report/document"
	"tutor/runner/scenario"
)

// File is what came of the course on one broker: a JSON object with a line for each act.
type File struct {
	name string
	acts map[string]json.RawMessage
}

// Open reads a file; there need not be one yet.
func Open(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &File{path, map[string]json.RawMessage{}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading recorded acts: %w", err)
	}
	return parse(path, text)
}

func parse(name string, text []byte) (*File, error) {
	f := &File{name: name}
	if err := json.Unmarshal(text, &f.acts); err != nil {
		return nil, fmt.Errorf("reading recorded acts: %s: %w", name, err)
	}
	return f, nil
}

// Act is what is kept of an act, or nothing.
func (f *File) Act(key string) (*Act, error) {
	text, ok := f.acts[key]
	if !ok {
		return nil, nil
	}
	a := &Act{}
	if err := json.Unmarshal(text, a); err != nil {
		return nil, fmt.Errorf("reading recorded acts: %s: %s: %w", f.name, key, err)
	}
	return a, nil
}

// Replace keeps acts of a chapter in place of those that were kept of it.
func (f *File) Replace(chapter string, acts map[string]*Act) error {
	maps.DeleteFunc(f.acts, func(key string, _ json.RawMessage) bool { return strings.HasPrefix(key, Key(chapter, "")) })
	for name, a := range acts {
		text, err := encoded(a)
		if err != nil {
			return err
		}
		f.acts[Key(chapter, name)] = text
	}
	return nil
}

// Write writes the file, which is always whole for those that read it meanwhile, such as a compiler.
func (f *File) Write() error {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(f.acts)) {
		name, err := encoded(key)
		if err != nil {
			return err
		}
		lines = append(lines, string(name)+": "+string(f.acts[key]))
	}
	next := f.name + ".new"
	if err := os.WriteFile(next, []byte("{\n"+strings.Join(lines, ",\n")+"\n}\n"), 0o644); err != nil {
		return fmt.Errorf("writing recorded acts: %w", err)
	}
	if err := os.Rename(next, f.name); err != nil {
		return fmt.Errorf("writing recorded acts: %w", err)
	}
	return nil
}

// Played is what is to be kept of an act that has just been played, on RabbitMQ and on the embedded broker.
func Played(a, embedded *outcome.Act) (*Act, error) {
	played := &Act{Product: a.Product, Version: a.Version, Verdict: a.Verdict}
	if !compare.Alike(a.Act, compare.Of(embedded), compare.Of(a)) {
		played.Run = shown(document.OfAct(a))
	}
	text, err := encoded(played)
	if err != nil {
		return nil, err
	}
	kept := &Act{}
	if err := json.Unmarshal([]byte(scenario.Numbered(string(text))), kept); err != nil {
		return nil, fmt.Errorf("recording %s: %w", a.Act.Name, err)
	}
	return kept, nil
}

// Differs says how what came of an act now differs from what was kept of it; it is empty where that is the same. In which
// order things happened to different actors is nothing to hold it to.
func (a *Act) Differs(act *scenario.Act, now *Act) string {
	switch {
	case a.Verdict != now.Verdict:
		return fmt.Sprintf("recorded as %s, now %s", a.Verdict, now.Verdict)
	case a.Run == nil && now.Run != nil:
		return "recorded as on the embedded broker, and now otherwise"
	case a.Run != nil && now.Run == nil:
		return "recorded otherwise than on the embedded broker, and now as there"
	case a.Run == nil:
		return ""
	}
	var b strings.Builder
	for _, part := range compare.Parts(act, compare.OfDocument(*a.Run), compare.OfDocument(*now.Run)) {
		fmt.Fprintf(&b, "%s (- recorded, + now)\n", part.Subject)
		for _, line := range part.Diff {
			fmt.Fprintf(&b, "%c %s\n", line.Op, line.Text)
		}
	}
	return b.String()
}

// encoded is a value as JSON on one line, as it is to be read.
func encoded(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	return document.Harmless(bytes.TrimSpace(b.Bytes())), nil
}
