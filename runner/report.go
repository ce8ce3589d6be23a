package runner

import (
	"time"

	"tutor/runner/ledger"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// Verdict is what a run proved.
type Verdict string

const (
	// Pass: what was observed is what was expected.
	Pass Verdict = "pass"
	// Fail: what was observed differs from what was expected.
	Fail Verdict = "fail"
	// Error: the act could not be played to its end, so nothing is proved.
	Error Verdict = "error"
	// LeftOut: nothing was played, so nothing is proved. It is never counted as passed.
	LeftOut Verdict = "left out"
)

// Report is the outcome of a scenario on a target.
type Report struct {
	Scenario *scenario.Scenario
	// Target is the target's name as the user chose it.
	Target string
	// Acts are the outcomes of the acts that were played, in their order.
	Acts []*ActReport
	// Elapsed is how long the run took by the wall clock.
	Elapsed time.Duration
}

// ActReport is the outcome of one act.
type ActReport struct {
	Act *scenario.Act
	// Product and Version are the broker's own; empty if it could not be asked.
	Product, Version string
	// Clock the act was played with.
	Clock   scenario.Clock
	Verdict Verdict
	// Err says why the verdict is Error.
	Err error
	// Lines of all actors in the order in which they were printed, remarks included.
	Lines []transcript.Line
	// Books are what became of the messages; nil where the act did not come to its end.
	Books *ledger.Books
	// Notes explain in one sentence each what became of messages that were not simply processed.
	Notes []ledger.Note
	// Expected is the one of the act's expectations that fits the broker; nil where the act did not
	// come to its end.
	Expected *scenario.Expectation
	// Mismatches say where the observation differs from the expectation.
	Mismatches []Mismatch
	// Frames are the frames on the actors' connections, if they were asked for.
	Frames []Frame
	// Outcomes are how the act came out in several plays, the most frequent first; nil for a single one.
	Outcomes []Outcome
	// Span is how long the act took on its timeline.
	Span time.Duration
	// Elapsed is how long it took by the wall clock.
	Elapsed time.Duration
}

// Mismatch is one difference between the observation and the expectation.
type Mismatch struct {
	// Pos is the place of the expectation in the scenario file.
	Pos scenario.Position
	// Subject is what differs, such as "transcript of lazy" or "fates".
	Subject string
	// Diff leads from what was expected to what was observed.
	Diff []transcript.DiffLine
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
