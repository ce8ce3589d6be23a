package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"tutor/runner/lab"
)

// bodyLimit is how many bytes a request may have beside the text of a scenario, which is longer as JSON than it is.
const bodyLimit = 1 << 20

// play plays what a page asks for. When the page goes away, or gives up, the play is broken off.
func (s *Server) play(w http.ResponseWriter, r *http.Request) {
	request, code, err := readRequest(w, r)
	if err != nil {
		reply(w, code, lab.Reply{Runs: []lab.Run{}, Mistakes: []lab.Mistake{}, Error: err.Error()})
		return
	}
	play := r.URL.Query().Get("play")
	err = s.turns.take(r.Context(), func() { s.events.waits(play) })
	s.events.waited(play)
	if err != nil {
		return // nobody is there any more
	}
	defer s.turns.give()
	defer s.events.over()
	reply(w, http.StatusOK, s.lab.Play(r.Context(), request))
}

// readRequest reads what a page asks for, or says why that is nothing that could be played.
func readRequest(w http.ResponseWriter, r *http.Request) (request lab.Request, code int, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return request, http.StatusUnsupportedMediaType, errors.New("want a request as application/json")
	}
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyLimit))
	body.DisallowUnknownFields()
	if err = body.Decode(&request); err == nil {
		if _, err = body.Token(); errors.Is(err, io.EOF) {
			// However long it plays, what is read from now on is only that the page goes away.
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
			return request, 0, nil
		}
		err = errors.New("there is more behind it")
	}
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return request, http.StatusRequestEntityTooLarge, fmt.Errorf("the request has more than %d bytes", large.Limit)
	}
	return request, http.StatusBadRequest, fmt.Errorf("reading the request: %w", err)
}

func reply(w http.ResponseWriter, code int, r lab.Reply) {
	text, err := json.Marshal(r)
	if err != nil {
		fail(w, fmt.Errorf("writing the reply: %w", err))
		return
	}
	write(w, code, "application/json", text)
}
