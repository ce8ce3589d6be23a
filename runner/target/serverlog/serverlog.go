// Package serverlog makes sense of what a RabbitMQ server writes to its log while it boots.
package serverlog

import "strings"

// kept is how many lines an excerpt shows.
const kept = 12

// Ready reports whether a line is the server's word that it has booted: RabbitMQ's own, of any version.
func Ready(line string) bool {
	return strings.Contains(line, "completed with") || strings.Contains(line, "Server startup complete")
}

// Excerpt keeps the few lines of a log that tell what has gone wrong. The zero Excerpt is empty.
type Excerpt struct {
	// first are the lines from the first error on.
	first []string
	last  []string
}

// Add adds a line. Blank ones do not count.
func (e *Excerpt) Add(line string) {
	line = strings.TrimSpace(line)
	if line == "" {
		return
	}
	if len(e.first) < kept && (len(e.first) > 0 || strings.Contains(line, "[error]")) {
		e.first = append(e.first, line)
	}
	if e.last = append(e.last, line); len(e.last) > kept {
		e.last = e.last[1:]
	}
}

// Last is the end of the log.
func (e *Excerpt) Last() string { return strings.Join(e.last, "\n") }

// Why is the log from its first error on, or its end if there is none: a server that cannot boot gives
// the reason first, and then fails in many words.
func (e *Excerpt) Why() string {
	if len(e.first) > 0 {
		return strings.Join(e.first, "\n")
	}
	return e.Last()
}
