package diagram

import (
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"tutor/runner/golden"
	"tutor/runner/scenario"
	"tutor/runner/svg"
	"tutor/scenarios"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// busy is an act with everything that a topology can have: policies, dead letters of the cast's queues, alternate
// exchanges, limits, and names that would do harm.
const busy = `
title: Busy
topology:
  exchanges:
    - {name: letters, type: topic}
    - {name: dead, type: fanout}
    - {name: lost & found, type: fanout, bind: [{from: letters, key: "#"}]}
  queues:
    - {name: morgue, bind: [{from: dead}], arguments: {x-queue-type: quorum, x-delivery-limit: 3}}
    - {name: "a very long name of a queue, which nobody can read from the beginning to the end", bind: [{from: lost & found}]}
  policies:
    - {name: short, pattern: ^express, apply_to: queues, definition: {max-length: 2, overflow: reject-publish}}
    - {name: stray, pattern: ^letters$, apply_to: exchanges, definition: {alternate-exchange: lost & found}}
acts:
  - name: a <busy> act
    cast:
      - consumer: courier
        exchange: {name: letters, type: topic}
        queue: {name: express, declare: true, durable: true, bind: [express.*, slow.*]}
      - consumer: clerk
        exchange: {name: parcels, type: topic, declare: true, durable: true, arguments: {alternate-exchange: lost & found}}
        queue: {name: returns, declare: true, durable: true, bind: ["</text>"], arguments: {x-dead-letter-exchange: dead, x-message-ttl: 1000}}
        ack: auto
      - consumer: undertaker
        queue: {name: morgue}
      - client: hands
      - publisher: town
        exchange: {name: letters}
        routing_key: express.town
        message: m
      - publisher: village
        routing_key: express
        message: m
    steps:
      - {start: courier}
      - {start: clerk}
      - {start: undertaker}
      - {start: hands}
      - {start: town}
      - {start: village}
      - {by: hands, publish: m, exchange: letters, routing_key: by hand}
      - {by: hands, get: morgue}
    expect: {fates: {acked: [m]}}
`

func decoded(t *testing.T, name string, text []byte) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Decode(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBusy(t *testing.T) {
	g := Of(decoded(t, "busy.yaml", []byte(busy)).Acts[0])
	for ext, text := range map[string]string{"txt": g.Text(), "dot": g.DOT("busy"), "mmd": g.Mermaid("busy"), "svg": SVG([]*Graph{g}, []string{"Busy: a <busy> act"})} {
		golden.Compare(t, *update, "testdata/busy."+ext, text)
	}
}

// No text meets another or a box that is not its own, and all are inside.
func TestGeometry(t *testing.T) {
	acts := decoded(t, "busy.yaml", []byte(busy)).Acts
	for _, name := range scenarios.Names() {
		text, err := fs.ReadFile(scenarios.FS(), name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		acts = append(acts, decoded(t, name, text).Acts...)
	}
	for _, a := range acts {
		l := newLayout(Of(a), a.Name)
		for _, w := range wrong(l) {
			t.Errorf("%s: %s", a.Name, w)
		}
		wellFormed(t, SVG([]*Graph{l.Graph, l.Graph}, []string{a.Name, "again"}))
	}
}

func wrong(l *layout) (all []string) {
	for i, a := range l.texts {
		if a.x < 0 || a.x+a.w > l.width || a.y-11 < 0 || a.y+3 > l.height {
			all = append(all, fmt.Sprintf("%q is outside", a.text))
		}
		for _, b := range l.texts[i+1:] {
			if a.x < b.x+b.w && b.x < a.x+a.w && a.y-10 < b.y+3 && b.y-10 < a.y+3 {
				all = append(all, fmt.Sprintf("%q meets %q", a.text, b.text))
			}
		}
		for _, b := range l.boxes {
			inside := a.x >= b.x && a.x+a.w <= b.x+b.w && a.y-11 >= b.y && a.y+3 <= b.y+b.h
			if a.x < b.x+b.w && b.x < a.x+a.w && a.y-10 < b.y+b.h && b.y < a.y+3 && (!inside || strings.HasPrefix(a.class, "key")) {
				all = append(all, fmt.Sprintf("%q is on the box of %s", a.text, b.label))
			}
		}
	}
	return all
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

// An act without a topology has a picture that says so.
func TestNothing(t *testing.T) {
	g := Of(&scenario.Act{})
	if text := SVG([]*Graph{g}, []string{"nothing"}); !strings.Contains(text, "Nobody is connected") || svg.Width("nothing", 16) <= 0 {
		t.Error(text)
	}
	wellFormed(t, SVG(nil, nil))
}
