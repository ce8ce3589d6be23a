package byhand

import (
	"cmp"

	"tutor/runner/scenario"
)

// partOf is the part of a scenario's actor, where its broker provides what the act asks for. What the
// scenario leaves out is written as the tools take it.
func partOf(a *scenario.Actor, provided *scenario.Broker, ports Ports) *Part {
	p := newPart(clone(a))
	p.Server, p.Port = "localhost", ports.Plain
	e, c := &p.common().Exchange, &p.common().Connect
	e.Type = cmp.Or(e.Type, scenario.Direct)
	p.bindOnce()
	c.Vhost = cmp.Or(c.Vhost, "/")
	c.User, c.Password = loginOf(provided, c)
	if c.TLS != nil {
		p.Port = ports.TLS
		p.trust(c.TLS)
	}
	return p
}

// clone copies an actor as far as a part changes it.
func clone(a *scenario.Actor) *scenario.Actor {
	if a.Consumer != nil {
		c := *a.Consumer
		return &scenario.Actor{Consumer: &c}
	}
	p := *a.Publisher
	return &scenario.Actor{Publisher: &p}
}

// bindOnce has a queue that is bound once be so as the flags say it, where they can: to the exchange, with the routing
// key, which a publisher needs for its messages.
func (p *Part) bindOnce() {
	c := p.common()
	if len(c.Queue.Bind.To) != 1 {
		return
	}
	b := c.Queue.Bind.To[0]
	if b.From == c.Exchange.Name {
		b.From = ""
	}
	if b.Key != nil && (p.Actor.Consumer != nil || *b.Key == c.RoutingKey) {
		c.RoutingKey, b.Key = *b.Key, nil
	}
	c.Queue.Bind.To = []scenario.QueueBinding{b}
}

// brokerName is the name that the broker's certificate carries.
const brokerName = "broker"

// trust has the broker verified as a scenario says. That the certificate must be signed by another authority
// than it is, it cannot.
func (p *Part) trust(t *scenario.TLS) {
	switch {
	case t.Verify != nil && !*t.Verify:
		p.secure("", "")
	case t.CA == scenario.CAOther:
		p.secure("", brokerName)
		p.common().Connect.TLS.CA = t.CA
	default:
		p.secure(certificates+"/ca.pem", cmp.Or(t.ServerName, brokerName))
	}
}

// loginOf is as whom an actor logs in, with the password that it gives or else the broker block: nobody for the
// guest, as whom everybody logs in who says nothing.
func loginOf(b *scenario.Broker, c *scenario.Connect) (user string, password *string) {
	user, own := cmp.Or(c.User, guest), guest
	if b != nil && b.Users[user] != nil {
		own = b.Users[user].Password
	}
	if c.Password != nil {
		own = *c.Password
	}
	if user == guest && own == guest {
		return "", nil
	}
	return user, &own
}

// words are the command line of a part.
func (p *Part) words() []string {
	words := []string{"tutor", "pub"}
	if p.Actor.Consumer != nil {
		words[1] = "con"
	}
	for _, f := range flags {
		if !f.has(p) || !f.needs.of(p) || !f.isSet(p) && !f.always {
			continue
		}
		words = append(words, f.field(p).written(f.word())...)
	}
	return words
}

// lacks are the fields of an actor for which there is no flag.
var lacks = []struct {
	what string
	of   func(*Part) bool
}{
	{"once_by", func(p *Part) bool { return p.consumer.OnceBy != "" }},
	{"answers", func(p *Part) bool { return len(p.consumer.Answers) > 0 }},
	{"reply", func(p *Part) bool { return p.consumer.Reply != nil }},
	{"reply_first", func(p *Part) bool { return p.consumer.ReplyFirst != nil }},
	{"publishing nothing", func(p *Part) bool { return p.publisher.Count != nil && *p.publisher.Count == 0 }},
	{"replies", func(p *Part) bool { return p.publisher.Replies != nil }},
	{"messages", func(p *Part) bool { return len(p.publisher.Written) > 0 }},
	{"several binding keys", func(p *Part) bool { return len(p.common().Queue.Bind.To) > 1 }},
	{"where the queue is bound", func(p *Part) bool {
		to := p.common().Queue.Bind.To
		return len(to) == 1 && (to[0].From != "" || to[0].Key != nil)
	}},
	{"the exchange's bindings", func(p *Part) bool { return len(p.common().Exchange.Bind) > 0 }},
	{"a CA that did not sign the broker's certificate (give --cafile any other one)", func(p *Part) bool {
		t := p.common().Connect.TLS
		return t != nil && t.CA == scenario.CAOther
	}},
}

// lacking is what of a part flags cannot say.
func lacking(p *Part) (what []string) {
	for _, l := range lacks {
		if l.of(p) {
			what = append(what, l.what)
		}
	}
	return what
}
