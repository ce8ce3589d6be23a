package main

import (
	"errors"

	"tutor/runner/scenario"
)

// turnKnobs puts all positions of the knobs of the chosen acts in the place of the acts.
func turnKnobs(sources []*source) error {
	positions := 0
	for _, s := range sources {
		s.scenario = s.scenario.Positions(func(a *scenario.Act) bool { return s.chosen[a] })
		clear(s.chosen)
		for _, a := range s.scenario.Acts {
			s.chosen[a] = true
			positions++
		}
	}
	if positions == 0 {
		return errors.New("--knobs: none of the acts has a knob")
	}
	return nil
}
