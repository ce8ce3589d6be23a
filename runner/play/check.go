package play

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// check compares what there is when all is quiet with what must be so. The act goes on, but has failed where it
// differs.
func (p *playing) check(ctx context.Context, k *scenario.Check) error {
	if err := p.awaitQuiet(ctx); err != nil {
		return err
	}
	if k.Actor != "" {
		p.differs(k, k.Actor, k.DiffProgress(p.ledger.Progress(p.places[k.Actor])))
	}
	for _, name := range slices.Sorted(maps.Keys(k.Queues)) {
		seen, err := p.lookAtQueue(ctx, name)
		if err != nil {
			return fmt.Errorf("looking at queue %s: %w", name, err)
		}
		p.differs(k, "queue "+name, k.Queues[name].Diff(seen))
	}
	return nil
}

// differs enters that something was not as a step says, if it was not.
func (p *playing) differs(k *scenario.Check, subject string, diff []transcript.DiffLine) {
	if diff != nil {
		p.report.Mismatches = append(p.report.Mismatches, outcome.Mismatch{Pos: k.Pos, Subject: "check of " + subject, Diff: diff, Step: true})
	}
}
