package scenario

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"tutor/runner/definitions"
)

// Ignored is something of the definitions that an act's topology is from which the act is played without.
type Ignored struct {
	// Pos is where it is in the definitions.
	Pos Position
	// Kind is what it is: an exchange, a queue, a policy, …
	Kind, Name string
}

// fewIgnored is how many things of a kind are named in a line.
const fewIgnored = 5

// IgnoredText says in a line what the act is played without; it is empty if that is nothing.
func (t *Topology) IgnoredText() string {
	if len(t.Ignored) == 0 {
		return ""
	}
	var order []string
	names := map[string][]string{}
	for _, i := range t.Ignored {
		if names[i.Kind] == nil {
			order = append(order, i.Kind)
		}
		names[i.Kind] = append(names[i.Kind], i.Name)
	}
	for i, kind := range order {
		all := names[kind]
		text := strings.Join(all[:min(len(all), fewIgnored)], ", ")
		if more := len(all) - fewIgnored; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		order[i] = kind + " " + text
	}
	return fmt.Sprintf("the act does not reach, and is played without, of %s (%v): %s", t.From, t.fromPos, strings.Join(order, "; "))
}

// fromDefinitions reads the definitions that a topology is from.
func (c *checker) fromDefinitions(t *Topology, at string) {
	if t.From == "" {
		if c.given(at + ".from") {
			c.at(at+".from", "from: which file? It is empty")
		}
		if c.given(at + ".vhost") {
			c.at(at+".vhost", "vhost has no effect without from: it is the vhost of the definitions")
		}
		return
	}
	t.fromPos = c.where[at+".from"]
	all, err := c.export(t.From)
	var wrong definitions.Errors
	switch {
	case errors.As(err, &wrong):
		for _, e := range wrong {
			c.mistake(Position(e.Pos), "%s", e.Msg)
		}
		return
	case err != nil:
		c.mistake(t.fromPos, "from: %v", err)
		return
	}
	vhost, problem := all.Meant(t.Vhost)
	if problem != "" {
		c.mistake(t.fromPos, "from: %s%s", problem, c.didYouMean(t.Vhost, all.Names()))
		return
	}
	t.defined = all.Of(vhost)
	for _, u := range all.Users { // also those who have no permission in the vhost
		if !slices.Contains(t.defined.Users, u) {
			t.defined.Users = append(t.defined.Users, u)
		}
	}
}

// export reads a file of definitions that lies beside the scenario, once.
func (c *checker) export(from string) (*definitions.Definitions, error) {
	if d := c.exports[from]; d != nil {
		return d, nil
	}
	text, err := c.beside(from, definitions.MaxSize)
	if err != nil {
		return nil, err
	}
	d, err := definitions.Decode(filepath.Join(filepath.Dir(c.file), filepath.FromSlash(from)), text)
	if err != nil {
		return nil, err
	}
	if c.exports == nil {
		c.exports = map[string]*definitions.Definitions{}
	}
	c.exports[from] = d
	return d, nil
}

// define gives an act what it reaches of the definitions that its topology is from, and the users of its cast. It
// reports whether all is known that is there before the cast starts.
func (c *checker) define(a *Act) bool {
	t := a.Topology
	for _, q := range t.Queues {
		if q.bare && t.From == "" {
			c.wrong(q.Pos, "%s is just a name, which is for a queue of definitions (from:): write {name: %s}", q.Name, q.Name)
		}
	}
	if t.defined == nil {
		return t.From == ""
	}
	if len(a.Cast) == 0 {
		return true
	}
	r := newReaching(c, a)
	r.own()
	r.follow()
	r.provide()
	c.users(a, t)
	return true
}

// users gives an act the users of the definitions that its cast connects as, with passwords of the act's own: an
// export has none that could be used.
func (c *checker) users(a *Act, t *Topology) {
	broker := *a.Broker
	broker.Users = map[string]*User{}
	for name, u := range a.Broker.Users {
		broker.Users[name] = u
	}
	for _, u := range t.defined.Users {
		uses := slices.ContainsFunc(a.Cast, func(actor *Actor) bool {
			return actor != nil && !actor.isNone() && actor.Common().Connect.User == u.Name
		})
		switch {
		case broker.hasUser(u.Name):
		case uses:
			broker.Users[u.Name] = c.user(u, t)
		default:
			t.Ignored = append(t.Ignored, Ignored{Position(u.Pos), "user", u.Name})
		}
	}
	a.Broker = &broker
}

// user is one of the definitions, with what it may do in the vhost that the act's is made from.
func (c *checker) user(u *definitions.User, t *Topology) *User {
	user := &User{Password: "tutor-" + u.Name, Permissions: map[string]*Permission{}}
	for _, p := range t.defined.Permissions {
		if p.User == u.Name {
			user.Permissions["/"] = &Permission{Configure: p.Configure, Write: p.Write, Read: p.Read}
		}
	}
	for _, p := range t.defined.TopicPermissions {
		if p.User == u.Name {
			c.wrong(Position(p.Pos), "user %s has permissions for topics, which no act can have (%v is from these definitions)", u.Name, t.fromPos)
		}
	}
	limit := func(name string) *int {
		if n, ok := u.Limits[name].(int64); ok && n >= 0 {
			return ref(int(n))
		}
		return nil
	}
	user.MaxConnections, user.MaxChannels = limit("max-connections"), limit("max-channels")
	return user
}

func ref[T any](v T) *T { return &v }

// mentioned collects the texts of a part of an act. Each that names an exchange or a queue counts as a use of it.
func mentioned(v reflect.Value, all map[string]bool) {
	switch v.Kind() {
	case reflect.String:
		all[v.String()] = true
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			mentioned(v.Elem(), all)
		}
	case reflect.Slice:
		for i := range v.Len() {
			mentioned(v.Index(i), all)
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			mentioned(entries.Key(), all)
			mentioned(entries.Value(), all)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Position]() {
			return
		}
		for i := range v.NumField() {
			mentioned(v.Field(i), all)
		}
	}
}
