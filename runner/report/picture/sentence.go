package picture

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"tutor/runner/outcome"
)

// sentenceBody is how many characters of a message a sentence has.
const sentenceBody = 200

// Sentence tells of an event.
func Sentence(e outcome.Event) string {
	text := strings.NewReplacer(
		"{actor}", cmp.Or(e.Actor, "the broker"), "{message}", message(e), "{queue}", "queue "+e.Queue,
		"{exchange}", exchange(e), "{key}", behind(" with key ", e.Text), "{why}", behind(": ", e.Text),
		"{reason}", behind(", reason ", e.Text), "{type}", behind(" of type ", e.Text), "{time}", Moment(e.At),
	).Replace(template(e))
	switch {
	case e.Inferred:
		text += " (inferred)"
	case e.Learned:
		text += " (seen afterwards)"
	}
	first, size := utf8.DecodeRuneInString(text)
	if e.Actor == "" || !strings.HasPrefix(text, e.Actor) {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	return text + "."
}

// template is the sentence for an event, with what it is about left open.
func template(e outcome.Event) string {
	switch e.Kind {
	case outcome.Declare:
		return either(e.Queue != "", "{actor} declares {queue}", "{actor} declares {exchange}{type}")
	case outcome.Bind, outcome.Unbind:
		what := either(e.Queue != "", "{queue}", "an exchange")
		return what + either(e.Kind == outcome.Bind, " is bound to {exchange}{key}", " is unbound from {exchange}{key}")
	case outcome.Delete:
		return either(e.Copy > 0, "{message} is deleted with {queue}", either(e.Queue != "", "{queue} is deleted", "{exchange} is deleted"))
	case outcome.Route:
		return either(e.Queue != "", "{message} comes to {queue}", "{message} comes to no queue")
	case outcome.Deliver:
		return "{queue} delivers {message} to {actor}" + either(e.Redelivered, ", again", "") + either(e.Auto, ", acknowledged automatically", "")
	case outcome.Get:
		return "{actor} gets {message} from {queue}" + either(e.Redelivered, ", again", "") + either(e.Auto, ", acknowledged automatically", "")
	case outcome.Ack:
		return either(e.Auto, "{actor} is done with {message}", "{actor} acknowledges {message}")
	case outcome.Nack, outcome.Reject:
		return "{actor} rejects {message} (" + e.Kind.String() + ")" + either(e.Requeue, ", to be requeued", "") + either(e.Kept, ", which is kept until its dead letter is taken", "")
	case outcome.DeadLetter:
		return "{message} leaves {queue} as a dead letter for {exchange}{reason}"
	case outcome.Drop:
		return either(e.Actor != "", "{message} is dropped: {actor} is gone", "{message} is dropped from {queue}") + either(e.Unseen, " and had not looked at it", "")
	case outcome.Closed:
		return "the broker closes a channel or connection of {actor}{why}"
	}
	return templates[e.Kind]
}

var templates = map[outcome.EventKind]string{
	outcome.Publish: "{actor} publishes {message} to {exchange}{key}", outcome.Purge: "{queue} is purged",
	outcome.Confirm: "the broker confirms {message} to {actor}", outcome.Refuse: "the broker refuses {message}{why}",
	outcome.Return: "{message} comes back to {actor}{why}", outcome.Take: "{actor} begins with {message}",
	outcome.Requeue: "{message} goes back into {queue}", outcome.Expire: "{message} expires in {queue}",
	outcome.Overflow: "{message} has no room in {queue}", outcome.GiveUp: "{queue} gives {message} up, which has come back too often",
	outcome.Die: "{actor} dies", outcome.Stop: "{actor} stops", outcome.Cut: "the connection of {actor} is cut",
	outcome.Cancel: "the consumer of {actor} is cancelled{why}", outcome.Block: "the broker blocks {actor}{why}",
	outcome.Unblock: "the broker unblocks {actor}", outcome.Commit: "{actor} commits", outcome.Rollback: "{actor} rolls back",
	outcome.Restart: "the broker restarts", outcome.Time: "time goes on: {time}",
}

func message(e outcome.Event) string {
	return fmt.Sprintf("message %d (%s)", e.Message, cut(e.Body, sentenceBody))
}

func exchange(e outcome.Event) string {
	if e.Exchange == "" {
		return "the default exchange"
	}
	return "exchange " + e.Exchange
}

// behind is a text behind a word, if there is one.
func behind(word, text string) string {
	if text == "" {
		return ""
	}
	return word + text
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
