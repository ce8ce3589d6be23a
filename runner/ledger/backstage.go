package ledger

import (
	"fmt"

	"tutor/runner/topology"
	"tutor/runner/wire"
)

// Policies enters the policies of a vhost, before anything is declared in it.
func (l *Ledger) Policies(vhost string, all []topology.Policy) error {
	l.lock()
	defer l.mu.Unlock()
	return l.vhost(vhost).SetPolicies(all)
}

// DoBackstage has the runner change something in a vhost, on a connection that is not observed, and enters that:
// its events are nobody's. Nothing else is entered meanwhile, since it may come of it.
func (l *Ledger) DoBackstage(vhost string, asked wire.Method, do func() error) error {
	l.lock()
	defer l.mu.Unlock()
	if err := do(); err != nil {
		return err
	}
	l.vhost(vhost)
	l.events.backstage = l.events.vhost(vhost)
	l.done(ofBroker, vhost, &channel{who: ofBroker, asked: asked}, answerTo(asked))
	l.events.backstage = 0
	return nil
}

// answerTo is the broker's answer as far as the ledger reads it.
func answerTo(asked wire.Method) wire.Method {
	if d, is := asked.(*wire.QueueDeclare); is {
		return &wire.QueueDeclareOK{Queue: d.Queue}
	}
	return nil
}

// vhost is one that may have no actor.
func (l *Ledger) vhost(name string) *topology.Vhost {
	if l.vhosts[name] == nil {
		l.vhosts[name] = topology.New()
	}
	return l.vhosts[name]
}

// vhost is the number, from 1, of a vhost in which something happened backstage.
func (e *events) vhost(name string) uint8 {
	for i, known := range e.vhosts {
		if known == name {
			return uint8(i + 1)
		}
	}
	if len(e.vhosts) == 255 {
		panic(fmt.Sprintf("ledger: too many vhosts: %s", name))
	}
	e.vhosts = append(e.vhosts, name)
	return uint8(len(e.vhosts))
}
