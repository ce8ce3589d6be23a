package document

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"tutor/runner/outcome"
)

// What is written down of an event is all of it, but for less than a microsecond. Each field has its turn, so that none
// is forgotten that comes later.
func TestEventsComeBack(t *testing.T) {
	events := []outcome.Event{
		{N: 3, At: 86_400*time.Second + 1500*time.Microsecond, Kind: outcome.Deliver, Actor: "lazy", Queue: "q", Vhost: "/", Message: 1, Copy: 2, Body: "1:Hello!", Tag: 1<<64 - 1},
	}
	for i := range reflect.TypeFor[outcome.Event]().NumField() {
		e := outcome.Event{Kind: outcome.Time}
		switch f := reflect.ValueOf(&e).Elem().Field(i); f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.String:
			f.SetString("text")
		case reflect.Int:
			f.SetInt(7)
		case reflect.Int64:
			f.SetInt(int64(7 * time.Microsecond))
		default:
			f.SetUint(7)
		}
		events = append(events, e)
	}
	for _, e := range events {
		text, err := json.Marshal(newEvent(e))
		if err != nil {
			t.Fatal(err)
		}
		var written Event
		if err := json.Unmarshal(text, &written); err != nil {
			t.Fatal(err)
		}
		if back := written.Event(); back != e {
			t.Errorf("%+v comes back as %+v", e, back)
		}
	}
}
