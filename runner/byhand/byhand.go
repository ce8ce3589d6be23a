// Package byhand plays the acts of scenarios by hand: in several terminals, one for the broker and one for
// each actor.
//
// [Of] is what a person types in them, a command line of tutor broker, tutor con or tutor pub each. A [Part]
// is what such a command line of con or pub means, and plays it.
//
// Both directions follow from one table, flags, which says for each flag what field of a scenario's actor
// it stands for: another flag is another entry there. What has no flag is in the table lacks.
package byhand

import (
	"fmt"
	"slices"
	"strconv"

	"tutor/runner/scenario"
)

// The ports that brokers listen on if nobody says otherwise.
const (
	Port    = 5672
	TLSPort = 5671
)

// Ports are where a broker listens for plain and for secure connections.
type Ports struct{ Plain, TLS int }

// Script is how an act is played by hand.
type Script struct {
	// Steps are what a person has to do in the terminals beside beginning one after the other.
	Steps []string
	// Before are the command lines that declare what has to be there before the cast starts.
	Before []string
	// Broker is the command line of the first terminal.
	Broker string
	// Terminals are those of the cast, in the order in which they begin.
	Terminals []Terminal
	// Compare is the command line by which the runner plays the same act.
	Compare string
}

// Terminal is where one actor is played.
type Terminal struct {
	Actor string
	Line  string
	// Lacks is what of the actor's part flags cannot say.
	Lacks []string
	// Prints is what must be seen.
	Prints []string
}

// Of is how an act is played by hand. Name is what the scenario is found by on a command line.
func Of(name string, s *scenario.Scenario, a *scenario.Act, ports Ports) Script {
	number := strconv.Itoa(1 + slices.Index(s.Acts, a))
	script := Script{
		Before:  before(a.Before()),
		Broker:  join(brokerWords(a.Broker, name, number, ports)),
		Compare: join([]string{"tutor", name, "--act", number}),
	}
	for _, step := range a.Steps {
		script.Steps = append(script.Steps, stepText(step))
	}
	for _, actor := range a.Cast {
		if actor.Client != nil {
			script.Terminals = append(script.Terminals, Terminal{
				Actor: actor.Name(), Line: "# there is no tool for it", Lacks: []string{"a client, who does what the steps say"}, Prints: prints(a, actor.Name()),
			})
			continue
		}
		part := partOf(actor, a.Broker, ports)
		part.Drain = drains(a, actor.Name())
		script.Terminals = append(script.Terminals, Terminal{
			Actor: actor.Name(), Line: join(part.words()), Lacks: lacking(part), Prints: prints(a, actor.Name()),
		})
	}
	return script
}

// drains reports whether an act has a consumer work off what it was sent before it leaves.
func drains(a *scenario.Act, consumer string) bool {
	return slices.ContainsFunc(a.Steps, func(s *scenario.Step) bool { return s.Stop == consumer && s.How == scenario.Drain })
}

// prints is what an actor is expected to print on the broker of the first terminal, which is the embedded one.
func prints(a *scenario.Act, actor string) []string {
	for _, e := range a.Expect {
		if !e.On.Fits("embedded", "") {
			continue
		}
		if want := e.Transcript[actor]; want != nil {
			return want.Lines
		}
		return nil
	}
	return nil
}

func stepText(s *scenario.Step) string {
	verb, value := s.Verb()
	text := fmt.Sprintf(verb.ByHand, value)
	if s.How == scenario.Drain {
		text += ", and let it work off what it has"
	}
	if s.By != "" {
		text = s.By + ": " + text
	}
	return text
}

// certificates is the directory that the broker's certificates are written to.
const certificates = "certs"

func brokerWords(b *scenario.Broker, name, act string, ports Ports) []string {
	words := []string{"tutor", "broker"}
	if ports.Plain != Port {
		words = append(words, "--port-number", strconv.Itoa(ports.Plain))
	}
	if b == nil || !b.TLS && len(b.Vhosts) == 0 && len(b.Users) == 0 && len(b.Permit) == 0 {
		return words
	}
	words = append(words, "--for", name, "--act", act)
	if !b.TLS {
		return words
	}
	words = append(words, "--cert-dir", certificates)
	if ports.TLS != TLSPort {
		words = append(words, "--tls-port-number", strconv.Itoa(ports.TLS))
	}
	return words
}
