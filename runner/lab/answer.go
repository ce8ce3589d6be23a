package lab

import (
	"context"
	"encoding/json"
	"fmt"
)

// Answer plays what a request asks for that is written as JSON, and gives the reply as JSON. Whatever goes wrong is the
// reply's error, a panic too: nobody is there who could be told otherwise.
func (l *Lab) Answer(ctx context.Context, request string) string {
	text, err := json.Marshal(l.answer(ctx, request))
	if err != nil {
		text, _ = json.Marshal(failed(fmt.Errorf("writing the reply: %w", err))) // a text always can be
	}
	return string(text)
}

func (l *Lab) answer(ctx context.Context, request string) (reply Reply) {
	defer func() {
		if p := recover(); p != nil {
			reply = failed(fmt.Errorf("the laboratory itself has failed: %v", p))
		}
	}()
	var r Request
	if err := json.Unmarshal([]byte(request), &r); err != nil {
		return failed(fmt.Errorf("reading the request: %w", err))
	}
	return l.Play(ctx, r)
}
