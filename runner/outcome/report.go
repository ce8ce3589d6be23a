// Package outcome is what a run proved: the report of each act with its transcript, its books and its
// verdict. It is data, which the engine fills in and reports read.
package outcome

import (
	"time"

	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// Report is the outcome of a scenario on a target.
type Report struct {
	Scenario *scenario.Scenario
	// Target is the target's name as the user chose it.
	Target string
	// Acts are the outcomes of the acts that were played, in their order.
	Acts []*Act
	// Elapsed is how long the run took by the wall clock.
	Elapsed time.Duration
}

// Act is the outcome of one act.
type Act struct {
	Act *scenario.Act
	// Product and Version are the broker's own; empty if it could not be asked.
	Product, Version string
	// Clock the act was played with: virtual or real. WhyReal says why it was the real one, where nobody has
	// asked for that: the act depends on the broker's own time.
	Clock   scenario.Clock
	WhyReal string
	Verdict Verdict
	// Err says why the verdict is Error.
	Err error
	// Lines of all actors in the order in which they were printed, remarks included.
	Lines []transcript.Line
	// Books are what became of the messages; nil where the act did not come to its end.
	Books *Books
	// Expected is the one of the act's expectations that fits the broker; nil where the act did not
	// come to its end.
	Expected *scenario.Expectation
	// Mismatches say where the observation differs from the expectation.
	Mismatches []Mismatch
	// Stopped is set where a step has waited in vain, so that what was to follow was not played.
	Stopped bool
	// Frames are the frames on the actors' connections, if they were asked for.
	Frames []Frame
	// Outcomes are how the act came out in several plays, the most frequent first; nil for a single one.
	Outcomes []Way
	// Span is how long the act took on its timeline.
	Span time.Duration
	// Elapsed is how long it took by the wall clock.
	Elapsed time.Duration
}

// Notes are those of the act's books, if it has any.
func (a *Act) Notes() []Note {
	if a.Books == nil {
		return nil
	}
	return a.Books.Notes
}

// Mismatch is one difference between the observation and the expectation.
type Mismatch struct {
	// Pos is the place of the expectation in the scenario file.
	Pos scenario.Position
	// Subject is what differs, such as "transcript of lazy" or "fates".
	Subject string
	// Diff leads from what was expected to what was observed.
	Diff []transcript.DiffLine
	// Step is set where it is a step that has compared, in the middle of the act.
	Step bool
}

// Frame is a frame on an actor's connection in words.
type Frame struct {
	// At is when it passed, on the act's timeline.
	At time.Duration
	// Actor is the index of the actor in the cast.
	Actor int
	// ToBroker is set on frames from the actor to the broker.
	ToBroker bool
	// Text is the frame in words: channel, method, its fields.
	Text string
}
