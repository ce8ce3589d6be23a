package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tutor/runner/fate"
)

// DefaultTimeout is how long an act that says nothing else may go on.
const DefaultTimeout = Duration(60 * time.Second)

// checker finds the mistakes that no single value shows: names that refer to nothing, settings that
// contradict each other, acts that check nothing. It also lets acts inherit what the scenario says
// for all of them.
type checker struct {
	*decoder
	// borrowed are mistakes that acts may only have since they are like others.
	borrowed []borrowed
}

// at reports a mistake at the key or item that a path leads to, or at the nearest thing around it.
func (c *checker) at(path, format string, args ...any) {
	pos, ok := c.where[path]
	for !ok && path != "" {
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
		pos, ok = c.where[path]
	}
	c.errs = append(c.errs, Error{Pos: pos, Msg: fmt.Sprintf(format, args...)})
}

func (c *checker) given(path string) bool {
	_, ok := c.where[path]
	return ok
}

func (c *checker) scenario(s *Scenario) {
	if c.given("title") && strings.TrimSpace(s.Title) == "" {
		c.at("title", "the title is empty")
	}
	if c.given("acts") && len(s.Acts) == 0 {
		c.at("acts", "a scenario needs at least one act")
	}
	c.broker(s.Broker, "broker")
	c.before(s.Topology, "topology")
	names := map[string]bool{}
	for i, act := range s.Acts {
		path, before := fmt.Sprintf("acts[%d]", i), len(c.errs)
		if act == nil {
			continue
		}
		if act.Name != "" && names[act.Name] {
			c.at(path+".name", "there is already an act named %s", act.Name)
		}
		names[act.Name] = true
		c.broker(act.Broker, path+".broker")
		c.before(act.Topology, path+".topology")
		if s.Topology != nil && s.Topology.From != "" && act.Topology != nil && act.Topology.From != "" {
			c.at(path+".topology.from", "the topology of the scenario is from definitions already: %v", s.Topology.fromPos)
		}
		act.inherit(s)
		c.act(act, path)
		c.likened(act, before)
	}
	c.tellBorrowed()
}

func (a *Act) inherit(s *Scenario) {
	if a.Broker == nil {
		a.Broker = s.Broker
	}
	if a.Broker == nil {
		a.Broker = &Broker{}
	}
	a.Topology = s.Topology.with(a.Topology)
	if a.Clock == "" {
		a.Clock = s.Clock
	}
	if a.Clock == "" {
		a.Clock = Virtual
	}
	if a.Timeout == 0 {
		a.Timeout = s.Timeout
	}
}

func (c *checker) broker(b *Broker, path string) {
	if b == nil {
		return
	}
	for name, v := range b.Vhosts {
		at := path + ".vhosts." + name
		if v != nil {
			c.limit(v.MaxConnections, at+".max_connections")
			c.limit(v.MaxQueues, at+".max_queues")
		}
	}
	for name, u := range b.Users {
		at := path + ".users." + name
		if name == "guest" {
			c.at(at, "guest is always there and may do everything: give your user another name")
		}
		if u == nil {
			continue
		}
		c.limit(u.MaxConnections, at+".max_connections")
		c.limit(u.MaxChannels, at+".max_channels")
		for vhost, p := range u.Permissions {
			if p != nil {
				c.permissions(p, at+".permissions."+vhost)
			}
			if !b.hasVhost(vhost) {
				c.at(at+".permissions."+vhost, "there is no vhost %s%s", vhost, c.didYouMean(vhost, b.vhostNames()))
			}
		}
	}
}

func (c *checker) limit(n *int, path string) {
	if n != nil && *n < 0 {
		c.at(path, "a limit cannot be negative")
	}
}

func (b *Broker) hasVhost(name string) bool {
	_, ok := b.Vhosts[name]
	return ok || name == "/"
}

func (b *Broker) hasUser(name string) bool {
	_, ok := b.Users[name]
	return ok || name == "guest"
}

func (b *Broker) vhostNames() []string {
	return append(slices.Sorted(maps.Keys(b.Vhosts)), "/")
}

func (b *Broker) userNames() []string {
	return append(slices.Sorted(maps.Keys(b.Users)), "guest")
}

func (c *checker) act(a *Act, path string) {
	a.places = places{c.where, c.files, path}
	if c.given(path+".name") && strings.TrimSpace(a.Name) == "" {
		c.at(path+".name", "the act's name is empty")
	}
	switch {
	case a.Pos != (Position{}) && !c.given(path+".cast") && !c.given(path+".like"):
		c.at(path, "cast is missing")
	case c.given(path+".cast") && len(a.Cast) == 0:
		c.at(path+".cast", "an act needs at least one actor")
	}
	known := c.define(a)
	cast := cast{known: map[string]bool{}, consumers: map[string]bool{}, publishers: map[string]bool{}, clients: map[string]bool{}, both: map[string]bool{}, gets: map[string]bool{}, sends: map[string]bool{}, further: map[string]string{}}
	for i, actor := range a.Cast {
		at := fmt.Sprintf("%s.cast[%d]", path, i)
		if actor == nil || actor.isNone() {
			cast.incomplete = true
			continue
		}
		c.actor(a, actor, at, &cast)
	}
	cast.told(a.Steps)
	if known {
		c.together(a)
	}
	c.refusals(a, path)
	c.endless(a, path)
	c.steps(a, path, &cast)
	c.expectations(a, path, &cast)
}

// cast is the actors of an act by name.
type cast struct {
	names []string
	// known are the names, and consumers, publishers and clients those of each kind.
	known, consumers, publishers, clients map[string]bool
	// both are those that publish and consume: clients, consumers that publish, publishers that wait for answers.
	both map[string]bool
	// gets are those whom a step tells to get a message, and sends those whom one tells to publish.
	gets, sends map[string]bool
	// further are the names of the further channels that consumers consume on.
	further map[string]string
	// incomplete is set when an actor's name is not known, so that references prove nothing.
	incomplete bool
}

// told enters what steps have actors do beside what they are.
func (c *cast) told(steps []*Step) {
	for _, s := range steps {
		switch {
		case s == nil:
		case s.Get != "":
			c.gets[s.By] = true
		case s.Publish != nil:
			c.sends[s.By] = true
		}
	}
}

// receives reports whether messages may come to an actor.
func (c *cast) receives(name string) bool {
	return !c.publishers[name] || c.both[name] || c.gets[name]
}

// refer checks that a name is an actor's.
func (c *checker) refer(cast *cast, path, name string) bool {
	if cast.known[name] {
		return true
	}
	if !cast.incomplete {
		c.at(path, "there is no actor %s in the cast%s", name, c.didYouMean(name, cast.names))
	}
	return false
}

func (c *checker) actor(act *Act, a *Actor, path string, cast *cast) {
	switch name := a.Name(); {
	case name == "":
		cast.incomplete = true
		for _, key := range roles() {
			if c.given(path + "." + key) {
				c.at(path+"."+key, "the actor's name is empty")
			}
		}
	case name == "broker" || name == "runner":
		cast.incomplete = true
		c.at(path, "%s is no actor's name: it stands for the %s itself", name, name)
	case cast.known[name]:
		c.at(path, "there is already an actor named %s", name)
	default:
		cast.names = append(cast.names, name)
		cast.known[name] = true
	}
	common := a.Common()
	c.connect(act.Broker, &common.Connect, path+".connect")
	c.topology(common, path)
	switch {
	case a.Consumer != nil:
		cast.both[a.Name()] = a.Publishes()
		cast.consumers[a.Name()] = true
		cast.further[a.Name()] = a.Channel
		c.consumer(a.Consumer, path)
		return
	case a.Client != nil:
		cast.clients[a.Name()], cast.both[a.Name()] = true, true
		return
	}
	cast.publishers[a.Name()], cast.both[a.Name()] = true, a.Replies != nil
	c.publisher(a.Publisher, path)
}

func (c *checker) connect(b *Broker, conn *Connect, path string) {
	if conn.User != "" && !b.hasUser(conn.User) {
		c.at(path+".user", "the broker block has no user %s%s", conn.User, c.didYouMean(conn.User, b.userNames()))
	}
	if conn.Vhost != "" && !b.hasVhost(conn.Vhost) {
		c.at(path+".vhost", "the broker block has no vhost %s%s", conn.Vhost, c.didYouMean(conn.Vhost, b.vhostNames()))
	}
	if conn.TLS == nil {
		return
	}
	if !b.TLS {
		c.at(path+".tls", "a secure connection needs broker: {tls: true}")
	}
	if conn.TLS.Verify != nil && !*conn.TLS.Verify && (conn.TLS.CA != "" || conn.TLS.ServerName != "") {
		c.at(path+".tls.verify", "nothing is verified, so ca and server_name have no effect")
	}
}

func (c *checker) topology(a *Common, path string) {
	if a.Exchange.Declare && a.Exchange.Name == "" {
		c.at(path+".exchange", "an exchange that is declared needs a name")
	}
	c.bindings(a, path)
	c.arguments(a.Exchange.Arguments, path+".exchange.arguments", exchangeArguments)
	c.arguments(a.Queue.Arguments, path+".queue.arguments", queueArguments)
	if !a.Exchange.Declare {
		c.idle(path+".exchange", "durable", "auto_delete", "internal", "arguments")
	}
	if !a.Queue.Declare {
		c.idle(path+".queue", "durable", "exclusive", "auto_delete", "arguments")
	}
}

// idle reports keys that only a declaration uses.
func (c *checker) idle(path string, keys ...string) {
	for _, key := range keys {
		if c.given(path + "." + key) {
			c.at(path+"."+key, "%s has no effect without declare: true", key)
		}
	}
}

func (c *checker) consumer(a *Consumer, path string) {
	if a.Queue.Name == "" && !a.Queue.Declare {
		c.at(path, "a consumer needs a queue: give its name or declare it")
	}
	c.arguments(a.Arguments, path+".arguments", consumerArguments)
	if c.given(path+".channel") && a.Channel == "" {
		c.at(path+".channel", "a further channel needs a name: steps reach it by that")
	}
	if a.Prefetch < 0 || a.Prefetch > 65535 {
		c.at(path+".prefetch", "prefetch must be from 0 to 65535")
	}
	if a.Lazy > 0 {
		for _, key := range []string{"work", "reject", "requeue", "answers"} {
			if c.given(path + "." + key) {
				c.at(path+"."+key, "a lazy consumer dies over its first message, so %s has no effect", key)
			}
		}
	}
	if a.Ack.Mode == AckFirst && (len(a.Reject) > 0 || len(a.Requeue) > 0) {
		c.at(path+".ack", "what is acknowledged first cannot be rejected or requeued")
	}
	c.answers(a, path)
	if c.given(path+".reply_first") && a.Reply == nil {
		c.at(path+".reply_first", "reply_first has no effect without reply")
	}
	if c.given(path+".reply_first") && (a.Ack.Mode == AckAuto || a.Ack.Mode == AckFirst) {
		c.at(path+".reply_first", "messages are acknowledged before (ack), so reply_first has no effect")
	}
	if a.Ack.Mode == AckAuto && (len(a.Reject) > 0 || len(a.Requeue) > 0) {
		c.at(path+".ack", "under automatic acknowledgement nothing can be rejected or requeued")
	}
}

func (c *checker) publisher(a *Publisher, path string) {
	if a.Count != nil && *a.Count < 0 {
		c.at(path+".count", "count cannot be negative")
	}
	if a.Messages() > maxCopies {
		c.at(path+".count", "%d messages are more than an act can have: at most %d", a.Messages(), maxCopies)
	}
	c.expiration(a.Expiration, path+".expiration")
	c.written(a, path)
	c.replies(a, path)
	c.size(a, path)
}

// MaxMessageSize is how many bytes message_size may ask for: twice what RabbitMQ takes from 4.0 on.
const MaxMessageSize = 32 << 20

// maxBytes is how many bytes the messages of a publisher may have in all. They are kept until the act is
// reported.
const maxBytes = 1 << 30

func (c *checker) size(a *Publisher, path string) {
	switch size := max(a.MessageSize, len(a.Message)); {
	case a.MessageSize < 0:
		c.at(path+".message_size", "message_size cannot be negative")
	case a.MessageSize > MaxMessageSize:
		c.at(path+".message_size", "message_size: at most %d (32 MiB)", MaxMessageSize)
	case size*a.Messages() > maxBytes && a.Messages() <= maxCopies:
		c.at(path+".count", "%d messages of %d bytes are more than an act can hold: at most %d bytes (1 GiB)", a.Messages(), size, maxBytes)
	}
}

func (c *checker) expectations(a *Act, path string, cast *cast) {
	if c.given(path+".expect") && len(a.Expect) == 0 {
		c.at(path+".expect", "an act with nothing to check proves nothing")
	}
	for i, e := range a.Expect {
		at := path + ".expect"
		if indexed := fmt.Sprintf("%s[%d]", at, i); c.given(indexed) {
			at = indexed
		}
		if e == nil {
			continue
		}
		if e.On.Product == "" && i < len(a.Expect)-1 {
			c.at(at, "an expectation without on: fits every broker, so those after it never count")
		}
		if e.IsBlank() && e.Fates == nil {
			c.at(at, "an act with nothing to check proves nothing: give a transcript, fates, deliveries, deaths, queues or confirms")
		}
		for name := range e.Transcript {
			c.refer(cast, at+".transcript."+name, name)
		}
		e.FatesPos = e.Pos
		if pos, ok := c.where[at+".fates"]; ok {
			e.FatesPos = pos
		}
		c.fates(e.Fates, at+".fates")
		c.deliveries(e.Deliveries, at+".deliveries", cast)
		c.confirms(a, e.Confirms, at+".confirms", cast)
		for name, q := range e.Queues {
			if q != nil {
				c.active(a, name, q, at+".queues."+name, cast)
			}
		}
	}
}

func (c *checker) fates(fates map[fate.Fate]*Messages, path string) {
	var known []string
	for _, f := range fate.All() {
		known = append(known, string(f))
	}
	for f := range fates {
		if !slices.Contains(known, string(f)) {
			c.at(path+"."+string(f), "unknown fate %s%s", f, c.didYouMean(string(f), known))
		}
	}
}
