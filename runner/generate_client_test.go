package runner_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// private is a queue that only the client uses, and what it knows of it: without anybody else it can tell how many
// messages are there, so that it never asks for one in vain, nor answers what it does not have.
type private struct {
	ready, sent int
	held        []string
	named       int
}

// client draws one that does single operations on a queue of its own.
func (d *drawn) client() {
	kind := "classic"
	if !d.everywhere {
		kind = choose(d, "queue is", "classic", "quorum")
	}
	d.declare("mine", ", arguments: {x-queue-type: %s}", kind)
	d.act("hands", "client: hands")
	d.steps = append(d.steps, "start: hands")
	var p private
	for range rapid.IntRange(2, 8).Draw(d.t, "operations") {
		d.operation(&p)
	}
}

func (d *drawn) operation(p *private) {
	by := func(format string, values ...any) {
		d.steps = append(d.steps, "{"+fmt.Sprintf(format, values...)+", by: hands}")
	}
	does := []string{"publish", "publish", "in a transaction", "declare"}
	if p.ready > 0 {
		does = append(does, "get", "get", "get", "get, auto")
	}
	if len(p.held) > 0 {
		does = append(does, "settle", "settle", "recover")
	}
	switch choose(d, "operation", does...) {
	case "publish":
		p.sent++
		p.ready++
		by("publish: h%d, routing_key: mine", p.sent)
	case "in a transaction":
		p.sent++
		by("tx: select, channel: tx")
		by("publish: h%d, routing_key: mine, channel: tx", p.sent)
		if d.yes("commit", 2) {
			p.ready++
			by("tx: commit, channel: tx")
		} else {
			by("tx: rollback, channel: tx")
		}
	case "declare":
		by("declare: {queue: mine}, passive: true")
	case "get":
		p.named++
		p.ready--
		p.held = append(p.held, fmt.Sprint("g", p.named))
		by("get: mine, as: g%d", p.named)
	case "get, auto":
		p.ready--
		by("get: mine, ack: auto")
	case "recover":
		p.ready += len(p.held)
		p.held = nil
		by("recover: true")
	case "settle":
		d.settle(p, by)
	}
}

// settle draws an answer to something that the client has, or to all up to it.
func (d *drawn) settle(p *private, by func(string, ...any)) {
	n := rapid.IntRange(0, len(p.held)-1).Draw(d.t, "which")
	how := choose(d, "how", "ack", "nack", "reject")
	from, text := n, fmt.Sprintf("%s: %s", how, p.held[n])
	if how != "reject" && d.yes("multiple", 3) {
		from = 0
		text += ", multiple: true"
	}
	if how != "ack" && d.yes("requeue", 2) {
		text += ", requeue: true"
		p.ready += n + 1 - from
	}
	p.held = slices.Delete(p.held, from, n+1)
	by("%s", text)
}
