package byhand

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tutor/runner/scenario"
)

// samples are a value for each kind of flag that no flag has without being given.
var samples = map[string]string{"string": "it's a b", "bool": yes, "int": "7", "int64": "7", "uint8": "7", "float64": "0.25", "arguments": "{a: 1, x-match: all}", "milliseconds": "7", "moment": "2026-01-31T12:00:00Z"}

// sample is a value that a flag can have.
func sample(f flag) string {
	switch f.name {
	case "type":
		return "topic"
	case "confirm":
		return "async"
	case "userpass":
		return "alice:a:b"
	}
	return samples[f.field(NewPublisher()).kind]
}

// What one flag says of an actor is written as a command line, and read back, as it was.
func TestRoundTrip(t *testing.T) {
	for _, f := range flags {
		for tool, blank := range map[string]func() *Part{"con": NewConsumer, "pub": NewPublisher} {
			if !f.has(blank()) || !f.needs.of(ready(blank)) {
				continue
			}
			t.Run(tool+" "+f.name, func(t *testing.T) {
				p := ready(blank)
				if err := f.field(p).set(sample(f)); err != nil {
					t.Fatal(err)
				}
				if !f.isSet(p) {
					t.Fatalf("%q is the initial value, or not kept", sample(f))
				}
				words := p.words()
				if !slices.ContainsFunc(words, func(w string) bool { return w == f.word() || strings.HasPrefix(w, f.word()+"=") }) {
					t.Errorf("%s is not in %q", f.word(), words)
				}
				if diff := gocmp.Diff(p, read(t, blank, words), cmpopts.IgnoreUnexported(Part{}), gocmp.Comparer(func(a, b scenario.Timestamp) bool { return a == b })); diff != "" {
					t.Errorf("%q (-written +read):\n%s", words, diff)
				}
			})
		}
	}
}

// ready is a part for which every flag that its tool has may be of effect.
func ready(blank func() *Part) *Part {
	p := blank()
	c := p.common()
	c.Exchange.Name, c.Exchange.Declare = "x", true
	c.Queue.Name, c.Queue.Declare = "q", true
	p.publisher.Count = new(int)
	*p.publisher.Count = 2
	c.Queue.Bind.Wanted = true
	p.publisher.Confirm = scenario.Confirm{Asked: true, Every: 1}
	return p
}

func read(t *testing.T, blank func() *Part, words []string) *Part {
	t.Helper()
	p := blank()
	if err := p.Flags().Parse(words[2:]); err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return p
}

// The actors of a scenario are read from their command lines as they are written there.
func TestActors(t *testing.T) {
	provided := &scenario.Broker{Users: map[string]*scenario.User{"alice": {Password: "secret"}}}
	ports := Ports{Plain: 1, TLS: 2}
	yes, no, none, several, wrong := true, false, 0, 3, "wrong"
	consumer := func(c scenario.Consumer) *scenario.Actor { c.Name = "con"; return &scenario.Actor{Consumer: &c} }
	publisher := func(p scenario.Publisher) *scenario.Actor { p.Name = "pub"; return &scenario.Actor{Publisher: &p} }
	connect := func(c scenario.Connect) *scenario.Actor {
		return publisher(scenario.Publisher{Message: "m", Common: scenario.Common{Connect: c}})
	}
	for name, d := range map[string]struct {
		actor *scenario.Actor
		line  string
		lacks string
	}{
		"nothing said":                     {publisher(scenario.Publisher{}), "tutor pub -m ''", ""},
		"the initial message":              {publisher(scenario.Publisher{Message: "Hello World!"}), "tutor pub -m 'Hello World!'", ""},
		"a single message has no interval": {publisher(scenario.Publisher{Message: "m", Interval: 5}), "tutor pub -m m", ""},
		"as fast as can be":                {publisher(scenario.Publisher{Message: "m", Count: &several}), "tutor pub -m m --nb-messages 3 --interval 0", ""},
		"no message":                       {publisher(scenario.Publisher{Message: "m", Count: &none}), "tutor pub -m m", "publishing nothing"},
		"what is not declared has no properties": {consumer(scenario.Consumer{Common: scenario.Common{
			Exchange: scenario.Exchange{Type: scenario.Fanout, Durable: true}, Queue: scenario.Queue{Name: "q", Durable: true},
		}}), "tutor con -q q", ""},
		"arguments": {consumer(scenario.Consumer{Common: scenario.Common{Queue: scenario.Queue{Name: "q", Declare: true, AutoDelete: true, Arguments: scenario.Arguments{
			"x-expires": int64(5), "x-message-ttl": "soon", "x-queue-type": "quorum",
		}}}}), "tutor con -q q -Q --queue-ttl 5 --queue-arguments '{x-message-ttl: soon, x-queue-type: quorum}'", ""},
		"how consumers answer": {consumer(scenario.Consumer{
			Work: scenario.Duration(1500 * time.Millisecond), Reject: []string{"m", "", "it's, a \"b\""}, Requeue: []string{"m"}, Exclusive: true,
			Arguments: scenario.Arguments{"x-priority": int64(1)}, Ack: scenario.Ack{Every: 3},
			Common: scenario.Common{Queue: scenario.Queue{Name: "q", Bind: scenario.Bind{To: make([]scenario.QueueBinding, 2)}}},
		}), `tutor con -q q --work 1.5 --ack-every 3 --reject m --reject '' --reject 'it'\''s, a "b"' --requeue m --exclusive-consumer --consumer-arguments '{x-priority: 1}'`,
			"several binding keys"},
		"acknowledged first": {consumer(scenario.Consumer{Ack: scenario.Ack{Mode: scenario.AckFirst}, Common: scenario.Common{Queue: scenario.Queue{Name: "q"}}}),
			"tutor con -q q --ack-first", ""},
		"how exchanges are declared": {publisher(scenario.Publisher{Message: "m", Common: scenario.Common{Exchange: scenario.Exchange{
			Name: "e", Declare: true, Internal: true, Arguments: scenario.Arguments{"alternate-exchange": "f"},
		}}}), "tutor pub -e e -E --nad-exchange --internal --exchange-arguments '{alternate-exchange: f}' -m m", ""},
		"what is in messages": {publisher(scenario.Publisher{Message: "m", Expiration: new(scenario.Duration), Headers: scenario.Arguments{"a": true, "b": "1"},
			Properties: &scenario.Properties{MessageID: "<number>", Timestamp: scenario.Timestamp(time.Unix(7, 0).UTC())}}),
			`tutor pub -m m --expiration 0 --headers '{a: true, b: "1"}' --message-id '<number>' --timestamp 1970-01-01T00:00:07Z`, ""},
		"confirms":                          {publisher(scenario.Publisher{Message: "m", Confirm: scenario.Confirm{Asked: true, Every: 1}}), "tutor pub -m m --confirm", ""},
		"confirms in batches, shown":        {publisher(scenario.Publisher{Message: "m", Confirm: scenario.Confirm{Asked: true, Every: 3, Show: true}}), "tutor pub -m m --confirm=3 --show-confirms", ""},
		"confirms, not waited for":          {publisher(scenario.Publisher{Message: "m", Confirm: scenario.Confirm{Asked: true}}), "tutor pub -m m --confirm=async", ""},
		"guest":                             {connect(scenario.Connect{User: "guest", Vhost: "/"}), "tutor pub -m m", ""},
		"a user with the broker's password": {connect(scenario.Connect{User: "alice"}), "tutor pub -m m --userpass alice:secret", ""},
		"a user with another password":      {connect(scenario.Connect{User: "alice", Password: &wrong}), "tutor pub -m m --userpass alice:wrong", ""},
		"TLS":                               {connect(scenario.Connect{TLS: &scenario.TLS{Verify: &yes}}), "tutor pub -m m --cafile certs/ca.pem --subjectname broker", ""},
		"TLS with a name":                   {connect(scenario.Connect{TLS: &scenario.TLS{ServerName: "n"}}), "tutor pub -m m --cafile certs/ca.pem --subjectname n", ""},
		"TLS, not verified":                 {connect(scenario.Connect{TLS: &scenario.TLS{Verify: &no}}), "tutor pub -m m --enable-tls", ""},
		"TLS with another CA": {connect(scenario.Connect{TLS: &scenario.TLS{CA: scenario.CAOther}}), "tutor pub -m m --subjectname broker",
			"a CA that did not sign the broker's certificate (give --cafile any other one)"},
	} {
		t.Run(name, func(t *testing.T) {
			before := gocmp.Diff(nil, d.actor)
			p := partOf(d.actor, provided, ports)
			line := join(p.words())
			want, port := d.line, " --port-number 1"
			if d.actor.Common().Connect.TLS != nil {
				port = " --port-number 2"
			}
			if got := strings.Replace(line, port, "", 1); got != want || got == line {
				t.Errorf("%s\nwant, with%s:\n%s", line, port, want)
			}
			if got := strings.Join(lacking(p), ", "); got != d.lacks {
				t.Errorf("it lacks %q, want %q", got, d.lacks)
			}
			blank := NewPublisher
			if d.actor.Consumer != nil {
				blank = NewConsumer
			}
			if again := read(t, blank, p.words()); join(again.words()) != line {
				t.Errorf("%s\nis read as\n%s", line, join(again.words()))
			}
			if gocmp.Diff(nil, d.actor) != before {
				t.Error("the scenario's own actor has changed")
			}
		})
	}
}

// unsaid are the fields of actors that are neither said by a flag nor named as lacking: a scenario's actor does
// by hand as if they were not written.
var unsaid = []string{"Delay", "Tag", "Channel"}

// A field of an actor that is new to the scenario format has a flag, or is lacking.
func TestEveryField(t *testing.T) {
	shown := func(p *Part) string {
		p = partOf(p.Actor, nil, Ports{Port, TLSPort})
		return join(append(p.words(), lacking(p)...))
	}
	for _, blank := range []func() *Part{NewConsumer, NewPublisher} {
		whole := func() *Part {
			p := ready(blank)
			p.publisher.Properties = &scenario.Properties{}
			return p
		}
		bare := shown(whole())
		for i := range leaves(whole()) {
			p := whole()
			field := leaves(p)[i]
			fill(field.Value)
			said := shown(p) != bare
			if exempt := slices.ContainsFunc(unsaid, func(name string) bool { return strings.HasSuffix(field.name, "."+name) }); said == exempt {
				t.Errorf("%s is said or lacking: %v", field.name, said)
			}
		}
	}
}

type leaf struct {
	reflect.Value
	name string
}

// leaves are the fields of a part's actor that are no structs, except for its name and places in a file.
func leaves(p *Part) []leaf {
	if p.Actor.Consumer != nil {
		return leavesOf(leaf{reflect.ValueOf(p.Actor.Consumer).Elem(), "Consumer"})[1:]
	}
	return leavesOf(leaf{reflect.ValueOf(p.Actor.Publisher).Elem(), "Publisher"})[1:]
}

func leavesOf(l leaf) (all []leaf) {
	if l.Type() == reflect.TypeFor[scenario.Position]() {
		return nil
	}
	if l.Kind() == reflect.Pointer && !l.IsNil() && l.Elem().Kind() == reflect.Struct {
		l.Value = l.Elem()
	}
	if l.Kind() != reflect.Struct || l.Type() == reflect.TypeFor[scenario.Timestamp]() {
		return []leaf{l}
	}
	for i := range l.NumField() {
		all = append(all, leavesOf(leaf{l.Field(i), l.name + "." + l.Type().Field(i).Name})...)
	}
	return all
}

// fill gives a field a value that it does not have in a part that is ready.
func fill(v reflect.Value) {
	words := map[reflect.Type]string{
		reflect.TypeFor[scenario.ExchangeType](): "topic", reflect.TypeFor[scenario.AckMode](): "auto", reflect.TypeFor[scenario.CA](): "other",
	}
	if moment := reflect.ValueOf(scenario.Timestamp(time.Unix(7, 0))); v.Type() == moment.Type() {
		v.Set(moment)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(cmp.Or(words[v.Type()], "z"))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if v.Index(0).Kind() == reflect.Struct {
			for _, l := range leavesOf(leaf{v.Index(0), ""}) {
				fill(l.Value)
			}
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(scenario.Arguments{"z": int64(1)}))
	}
}
