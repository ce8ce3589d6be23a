package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"tutor/runner/escape"
)

// event is what pages are told unasked.
type event struct {
	// kind is progress or changed.
	kind string
	text string
}

// listener is a page that wants to be told.
type listener struct {
	// play is the play that it wants to hear of, by the name that the page has for it; it may be none.
	play string
	told chan event
}

// patience is how many events a page may be behind. One that does not listen is let go, and comes again.
const patience = 64

// events tells pages what goes on.
type events struct {
	mu        sync.Mutex
	listeners map[*listener]bool
	// going is what the target has said last, while there is a play.
	going string
	// waiting are the plays that wait for their turn.
	waiting map[string]bool
	// saved is when each chapter was saved last.
	saved map[string]time.Time
}

func newEvents() *events {
	return &events{listeners: map[*listener]bool{}, waiting: map[string]bool{}, saved: map[string]time.Time{}}
}

const (
	waitingText = "Waiting until another play has come to its end…"
	playingText = "Playing…"
)

// progress tells all what the target is doing: whoever waits for their turn waits for that.
func (e *events) progress(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.going = escape.Text(text)
	for l := range e.listeners {
		e.tell(l, event{"progress", e.going})
	}
}

// ready tells whoever has their turn that the target has done what it was telling of.
func (e *events) ready() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.going == "" {
		return
	}
	e.going = ""
	for l := range e.listeners {
		if !e.waiting[l.play] {
			e.tell(l, event{"progress", playingText})
		}
	}
}

// over forgets what the target has told of in a play.
func (e *events) over() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.going = ""
}

// waits tells a page that its play has to wait for others.
func (e *events) waits(play string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting[play] = true
	e.tellOf(play, waitingText)
}

// waited tells a page that its play waits no more, if it has.
func (e *events) waited(play string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting[play] {
		delete(e.waiting, play)
		e.tellOf(play, playingText)
	}
}

func (e *events) tellOf(play, text string) {
	for l := range e.listeners {
		if l.play == play {
			e.tell(l, event{"progress", text})
		}
	}
}

// changed tells that chapters were saved.
func (e *events) changed(chapters []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range chapters {
		e.saved[c] = time.Now()
		for l := range e.listeners {
			e.tell(l, event{"changed", c})
		}
	}
}

func (e *events) tell(l *listener, what event) {
	select {
	case l.told <- what:
	default:
		e.drop(l)
	}
}

func (e *events) drop(l *listener) {
	if e.listeners[l] {
		delete(e.listeners, l)
		close(l.told)
	}
}

// join has a page be told from now on, and what it has missed: how its play goes, and what was saved since.
func (e *events) join(play string, since time.Time) *listener {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := &listener{play: play, told: make(chan event, patience)}
	e.listeners[l] = true
	if e.waiting[play] {
		e.tell(l, event{"progress", waitingText})
	} else if e.going != "" {
		e.tell(l, event{"progress", e.going})
	}
	for chapter, at := range e.saved {
		if !since.IsZero() && at.After(since) {
			e.tell(l, event{"changed", chapter})
		}
	}
	return l
}

func (e *events) quit(l *listener) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drop(l)
}

// listen answers with events as they come (server-sent events), until the page goes away. The page may name the play
// that it wants to hear of, and since when, in milliseconds since 1970, it wants to know what was saved.
func (s *Server) listen(w http.ResponseWriter, r *http.Request) {
	var since time.Time
	if text := r.URL.Query().Get("since"); text != "" {
		ms, err := strconv.ParseFloat(text, 64)
		if err != nil {
			http.Error(w, "since: want milliseconds since 1970", http.StatusBadRequest)
			return
		}
		since = time.UnixMilli(int64(ms))
	}
	l := s.events.join(r.URL.Query().Get("play"), since)
	defer s.events.quit(l)
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // what is read from now on is only that the page goes away
	send := func(text string) bool {
		_ = control.SetWriteDeadline(time.Now().Add(writing))
		_, err := fmt.Fprint(w, text)
		return err == nil && control.Flush() == nil
	}
	for going := send("retry: 1000\n\n"); going; {
		select {
		case e, more := <-l.told:
			going = more && send(e.String())
		case <-r.Context().Done():
			return
		}
	}
}

// String is the event as it is sent. A text has no line breaks as JSON.
func (e event) String() string {
	text, err := json.Marshal(e.text)
	if err != nil { // a string always can be JSON
		panic(err)
	}
	return fmt.Sprintf("event: %s\ndata: %s\n\n", e.kind, text)
}
