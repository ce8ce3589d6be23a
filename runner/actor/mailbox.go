package actor

import (
	"context"
	"errors"

	"tutor/runner/scenario"
)

// errand is what a step has an actor do.
type errand struct {
	operation *scenario.Operation
	// done has the outcome once the broker has answered, as far as it does.
	done chan error
}

// Do has the actor do something at the broker, when it has finished with the message in its hands. The result has
// nil when that is done, whatever the broker thinks of it, or else why it could not be done at all.
func (a *Actor) Do(operation *scenario.Operation) <-chan error {
	e := errand{operation, make(chan error, 1)}
	a.errands.Add(1)
	a.mailbox <- e
	return e.done
}

// errLeaves ends an actor that was told to close its connection.
var errLeaves = errors.New("closes its connection")

// runErrand does it, and reports whether it has ended the actor's connection.
func (o *operator) runErrand(ctx context.Context, e errand) (leaves bool) {
	o.asking.Lock()
	err := o.perform(ctx, e.operation)
	o.asking.Unlock()
	if leaves = errors.Is(err, errLeaves); leaves {
		err = nil
	}
	e.done <- err
	if leaves {
		return true // nobody may wait for less than the end
	}
	o.errands.Add(-1)
	o.Poke()
	return false
}
