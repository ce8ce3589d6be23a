package diagram_test

import (
	"testing"

	"tutor/runner/diagram"
	"tutor/runner/scenario"
)

// act has a queue without a name that is bound with two keys, and one that two consumers share.
func act() *scenario.Act {
	logs := scenario.Exchange{Name: "logs", Type: scenario.Topic}
	consumer := func(name string, c scenario.Consumer) *scenario.Actor {
		c.Name = name
		return &scenario.Actor{Consumer: &c}
	}
	none, keys := 0, []string{"a.#", `"`}
	return &scenario.Act{Cast: []*scenario.Actor{
		consumer("all", scenario.Consumer{Ack: scenario.Ack{Mode: scenario.AckAuto}, Common: scenario.Common{Exchange: logs, Queue: scenario.Queue{
			Declare: true, Bind: scenario.Bind{Wanted: true, To: []scenario.QueueBinding{{Key: &keys[0]}, {Key: &keys[1]}}},
		}}}),
		consumer("one", scenario.Consumer{Prefetch: 1, Common: scenario.Common{Queue: scenario.Queue{Name: "tasks", Declare: true}}}),
		consumer("two", scenario.Consumer{Common: scenario.Common{Queue: scenario.Queue{Name: "tasks"}}}),
		{Publisher: &scenario.Publisher{Name: "p", Common: scenario.Common{RoutingKey: "tasks"}}},
		{Publisher: &scenario.Publisher{Name: "log\x1b", Common: scenario.Common{Exchange: logs, RoutingKey: "a.b"}}},
		{Publisher: &scenario.Publisher{Name: "silent", Count: &none}},
	}}
}

const text = `  p
  └─ tasks ─▶ default exchange
            └─ tasks ─▶ tasks
                      ├─▶ one (prefetch 1)
                      └─▶ two
  log\x1b
  └─ a.b ─▶ logs (topic)
          ├─ a.# ─▶ amq.gen-… of all
          │       └─▶ all (auto-ack)
          └─ " ─▶ amq.gen-… of all, as above
`

const dot = `digraph "an act" {
	rankdir=LR
	label="an act"
	"q:of all" [label="amq.gen-… of all" shape=cds]
	"x:logs" [label="logs (topic)" shape=diamond]
	"c:all" [label="all (auto-ack)" shape=box]
	"q:tasks" [label="tasks" shape=cds]
	"c:one" [label="one (prefetch 1)" shape=box]
	"c:two" [label="two" shape=box]
	"p:p" [label="p" shape=ellipse]
	"x:" [label="default exchange" shape=diamond]
	"p:log\x1b" [label="log\\x1b" shape=ellipse]
	"x:logs" -> "q:of all" [label="a.#"]
	"x:logs" -> "q:of all" [label="\""]
	"q:of all" -> "c:all"
	"q:tasks" -> "c:one"
	"q:tasks" -> "c:two"
	"p:p" -> "x:" [label="tasks"]
	"p:log\x1b" -> "x:logs" [label="a.b"]
	"x:" -> "q:tasks" [label="tasks"]
	subgraph cluster_legend {
		label=legend
		"legend:publisher" [label="publisher" shape=ellipse]
		"legend:exchange" [label="exchange" shape=diamond]
		"legend:publisher" -> "legend:exchange" [style=invis]
		"legend:queue" [label="queue" shape=cds]
		"legend:exchange" -> "legend:queue" [style=invis]
		"legend:consumer" [label="consumer" shape=box]
		"legend:queue" -> "legend:consumer" [style=invis]
	}
}
`

const mermaid = `---
title: "an act"
---
flowchart LR
    n1[["amq.gen-… of all"]]
    n2{{"logs (topic)"}}
    n3["all (auto-ack)"]
    n4[["tasks"]]
    n5["one (prefetch 1)"]
    n6["two"]
    n7(["p"])
    n8{{"default exchange"}}
    n9(["log\x1b"])
    n2 -->|"a.#"| n1
    n2 -->|"#quot;"| n1
    n1 --> n3
    n4 --> n5
    n4 --> n6
    n7 -->|"tasks"| n8
    n9 -->|"a.b"| n2
    n8 -->|"tasks"| n4
    subgraph legend
        k1(["publisher"])
        k2{{"exchange"}}
        k3[["queue"]]
        k4["consumer"]
    end
`

func TestGraph(t *testing.T) {
	g := diagram.Of(act())
	for name, d := range map[string]struct{ got, want string }{
		"text": {g.Text(), text}, "DOT": {g.DOT("an act"), dot}, "Mermaid": {g.Mermaid("an act"), mermaid},
	} {
		if d.got != d.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, d.got, d.want)
		}
	}
}

const bound = `  p
  └─ k ─▶ orders (topic)
        └─ # ─▶ audit (headers)
              └─ format=pdf x-match=all ─▶ log
                                         └─▶ c
  other
  └─ k2 ─▶ log, as above
`

// What an actor binds is drawn with the exchanges it is bound to, and with the arguments.
func TestBindings(t *testing.T) {
	key := "k2"
	a := &scenario.Act{Cast: []*scenario.Actor{
		{Consumer: &scenario.Consumer{Name: "c", Common: scenario.Common{
			Exchange: scenario.Exchange{Name: "audit", Type: scenario.Headers, Declare: true, Bind: []*scenario.TopologyBinding{{From: "orders", Key: "#"}}},
			Queue: scenario.Queue{Name: "log", Declare: true, Bind: scenario.Bind{Wanted: true, To: []scenario.QueueBinding{
				{Arguments: scenario.Arguments{"x-match": "all", "format": "pdf"}}, {From: "other", Key: &key},
			}}},
		}}},
		{Publisher: &scenario.Publisher{Name: "p", Common: scenario.Common{Exchange: scenario.Exchange{Name: "orders", Type: scenario.Topic}, RoutingKey: "k"}}},
	}}
	if got := diagram.Of(a).Text(); got != bound {
		t.Errorf("\n%s\nwant\n%s", got, bound)
	}
}

// Dead letters are drawn, and what no binding takes, also where a policy says so; its own argument goes before it.
func TestPoliciesAreDrawn(t *testing.T) {
	a := &scenario.Act{
		Cast: act().Cast[:0],
		Topology: &scenario.Topology{
			Exchanges: []*scenario.TopologyExchange{{Name: "in", Type: "topic"}, {Name: "dead", Type: "fanout"}, {Name: "own", Type: "fanout"}},
			Queues:    []*scenario.TopologyQueue{{Name: "a", Bind: []*scenario.TopologyBinding{{From: "in", Key: "k"}}}, {Name: "b", Arguments: scenario.Arguments{"x-dead-letter-exchange": "own"}}},
			Policies: []*scenario.Policy{
				{Name: "p", Pattern: "", ApplyTo: "queues", Definition: scenario.Arguments{"dead-letter-exchange": "dead"}},
				{Name: "x", Pattern: "^in$", ApplyTo: "exchanges", Definition: scenario.Arguments{"alternate-exchange": "own"}},
			},
		},
	}
	const want = `  in (topic)
  ├─ what no binding takes ─▶ own (fanout)
  └─ k ─▶ a (policy p)
        └─ dead letters ─▶ dead (fanout)
  b
  └─ dead letters ─▶ own (fanout)
`
	if got := diagram.Of(a).Text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
