package recorded

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tutor/runner/report/document"
)

// Read takes what was recorded from a document of runs, as tutor matrix --format json writes it. A lesson is found there
// by the name of its scenario's file and by that of the act.
func Read(r io.Reader) (*Set, error) {
	var d document.Document
	if err := json.NewDecoder(r).Decode(&d); err != nil {
		return nil, fmt.Errorf("reading recorded runs, which --format json writes: %w", err)
	}
	if len(d.Runs) == 0 {
		return nil, errors.New("reading recorded runs, which --format json writes: there are none")
	}
	set := &Set{}
	acts := map[string]map[string]*Act{}
	for _, run := range d.Runs {
		if acts[run.Target] == nil {
			of := map[string]*Act{}
			acts[run.Target] = of
			set.brokers = append(set.brokers, func(key string) (*Act, error) { return of[key], nil })
		}
		for _, a := range run.Acts {
			product := cmp.Or(a.Product, run.Target)
			acts[run.Target][Key(chapterOf(run.File), a.Name)] = &Act{product, a.Version, a.Verdict, shown(a)}
		}
	}
	return set, nil
}

// shown is an act without what says nothing of what a broker does, or is another each time.
func shown(a document.Act) *document.Act {
	a.Line, a.ElapsedMS, a.Frames, a.Outcomes, a.Questions, a.Deprecated, a.Ignored = 0, 0, nil, nil, nil, nil, nil
	return &a
}
