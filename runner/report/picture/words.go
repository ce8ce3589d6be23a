package picture

import (
	"fmt"
	"strings"
	"time"

	"tutor/runner/outcome"
)

// wording is what is said of an event beside the message.
func wording(e outcome.Event) string {
	switch e.Kind {
	case outcome.Declare:
		return named("declared", e)
	case outcome.Bind, outcome.Unbind:
		return bound(e)
	case outcome.Delete:
		if e.Copy > 0 {
			return "deleted with its queue"
		}
		return named("deleted", e)
	case outcome.Publish:
		return route(e)
	case outcome.Deliver, outcome.Get:
		return delivered(e)
	case outcome.Ack:
		if e.Auto {
			return "done (auto-ack)"
		}
		return "ack"
	case outcome.Nack, outcome.Reject:
		if e.Requeue {
			return e.Kind.String() + ", requeue"
		}
		return e.Kind.String()
	case outcome.Return, outcome.Closed:
		return reasoned(e)
	case outcome.Drop:
		if e.Unseen {
			return "dropped, unseen"
		}
		return "dropped"
	}
	return plain[e.Kind]
}

// plain are the words for events of which there is nothing else to say.
var plain = map[outcome.EventKind]string{
	outcome.Purge: "purged", outcome.Confirm: "confirmed", outcome.Refuse: "refused", outcome.Return: "returned",
	outcome.Take: "begins with it", outcome.Requeue: "requeued", outcome.DeadLetter: "dead letter", outcome.Expire: "expired",
	outcome.Overflow: "overflow", outcome.GiveUp: "given up", outcome.Die: "dies", outcome.Stop: "stops",
	outcome.Cut: "connection cut", outcome.Cancel: "cancelled", outcome.Block: "blocked", outcome.Unblock: "unblocked",
	outcome.Commit: "commit", outcome.Rollback: "rollback", outcome.Closed: "error", outcome.Restart: "the broker restarts",
}

// named says what is done to a queue or to an exchange.
func named(what string, e outcome.Event) string {
	switch {
	case e.Queue != "":
		return what
	case e.Text != "":
		return fmt.Sprintf("%s exchange %s (%s)", what, e.Exchange, e.Text)
	}
	return what + " exchange " + e.Exchange
}

func bound(e outcome.Event) string {
	text := "bound to " + e.Exchange
	if e.Kind == outcome.Unbind {
		text = "unbound from " + e.Exchange
	}
	if e.Text != "" {
		text += ", key " + e.Text
	}
	return text
}

// route is the exchange and the routing key of a publish, where they are not just the queue's name.
func route(e outcome.Event) string {
	switch {
	case e.Exchange == "":
		return ""
	case e.Text == "":
		return "to " + e.Exchange
	}
	return "to " + e.Exchange + ", key " + e.Text
}

func delivered(e outcome.Event) string {
	var parts []string
	if e.Kind == outcome.Get {
		parts = append(parts, "got")
	}
	if e.Redelivered {
		parts = append(parts, "redelivered")
	}
	if e.Auto {
		parts = append(parts, "auto-ack")
	}
	return strings.Join(parts, ", ")
}

func reasoned(e outcome.Event) string {
	switch {
	case e.Text == "":
		return plain[e.Kind]
	case e.Kind == outcome.Closed:
		return e.Text
	}
	return plain[e.Kind] + ": " + e.Text
}

// shortBody is a message as labels show it: without the number in front of it, which they show anyhow.
func shortBody(e outcome.Event) string {
	if e.Message == 0 {
		return ""
	}
	return strings.TrimPrefix(e.Body, fmt.Sprintf("%d:", e.Message))
}

// cut shortens a text to a number of characters.
func cut(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// Moment is a time on an act's timeline. The timeline has hops of a nanosecond, which keep causes
// before effects and are nothing to show.
func Moment(d time.Duration) string {
	s := d.Round(time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
