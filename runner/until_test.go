package runner_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/stage"
)

// A step that waits for what cannot come any more fails the act at once, with what was there instead.
func TestUntilInVain(t *testing.T) {
	const text = `
title: In vain
acts:
  - name: a
    clock: %CLOCK
    cast:
      - {consumer: c, queue: {name: q, declare: true, durable: true}}
      - {publisher: p, routing_key: q, message: m, count: 2}
    steps:
      - start: c
      - start: p
      - until: %UNTIL
      - stop: c
    expect: {transcript: {c: "Stopped"}}
`
	targets.Each(t, func(t *testing.T, target stage.Target) {
		for until, want := range map[string]string{
			"{actor: c, received: 3}":                      "-c has received 3 +c has received 2",
			"{queues: {q: {ready: 1.., consumers: 0..1}}}": "-q: ready: 1.., consumers: 0..1 +q: ready: 0, consumers: 1",
			"{queues: {q: <absent>}}":                      "-q: <absent> +q: ready: 0",
		} {
			for _, clock := range []string{"virtual", "real"} {
				began := time.Now()
				s := inline(t, strings.NewReplacer("%CLOCK", clock, "%UNTIL", until).Replace(text))
				a := runner.Run(context.Background(), s, target).Acts[0]
				if a.Verdict != outcome.Fail || len(a.Mismatches) != 1 || time.Since(began) > 20*time.Second {
					t.Fatalf("%s: %v after %v, %v: %v", until, a.Verdict, time.Since(began), a.Err, a.Mismatches)
				}
				m := a.Mismatches[0]
				var got []string
				for _, l := range m.Diff {
					got = append(got, string(l.Op)+l.Text)
				}
				if strings.Join(got, " ") != want || m.Pos.Line != 12 {
					t.Errorf("%s: %v: %q, want %q", until, m.Pos, got, want)
				}
			}
		}
	})
}
