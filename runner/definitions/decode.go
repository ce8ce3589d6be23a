package definitions

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"tutor/runner/mistake"
)

// maxErrors is how many mistakes are told of a file: one that is of another kind altogether has no end of them.
const maxErrors = 50

// Decode reads the text of an export. The error, if any, is of type [Errors]; name is what it calls the file.
func Decode(name string, text []byte) (*Definitions, error) {
	root, err := parse(name, text)
	if err != nil {
		return nil, err
	}
	r := &reader{d: &Definitions{File: name}}
	r.document(root)
	if len(r.errs) > 0 {
		mistake.InOrder(r.errs, func(e Error) Position { return e.Pos })
		if len(r.errs) > maxErrors {
			more := Error{Pos: r.errs[maxErrors].Pos, Msg: fmt.Sprintf("from here on %d more are wrong", len(r.errs)-maxErrors)}
			r.errs = append(r.errs[:maxErrors], more)
		}
		return nil, r.errs
	}
	return r.d, nil
}

// reader fills definitions from nodes and collects mistakes on the way.
type reader struct {
	d    *Definitions
	errs Errors
	// whole is set where there is a list of vhosts, so that everything has to name its own.
	whole bool
}

func (r *reader) wrong(pos Position, format string, args ...any) {
	r.errs = append(r.errs, Error{Pos: pos, Msg: fmt.Sprintf(format, args...)})
}

// sections are the parts of an export, each with what reads one of its entries.
func (r *reader) sections() map[string]func(object) {
	return map[string]func(object){
		"vhosts": r.vhost, "users": r.user, "permissions": r.permission, "topic_permissions": r.topicPermission,
		"parameters": r.parameter, "global_parameters": r.globalParameter, "policies": r.policy,
		"exchanges": r.exchange, "queues": r.queue, "bindings": r.binding,
	}
}

func (r *reader) document(root *node) {
	top, ok := r.object(root, "definitions")
	if !ok {
		return
	}
	_, r.whole = top.has("vhosts")
	r.d.Version = top.text("rabbitmq_version", "")
	if r.d.Version == "" {
		r.d.Version = top.text("rabbit_version", "")
	}
	if !r.whole {
		r.d.Only = r.only(top)
	}
	any := false
	sections := r.sections()
	for _, m := range root.members {
		read, known := sections[m.key]
		if !known {
			continue
		}
		any = true
		if m.value.kind != '[' {
			r.wrong(m.value.pos, "%s: want a list, not %s", m.key, m.value)
			continue
		}
		for _, item := range m.value.items {
			if o, ok := r.object(item, m.key); ok {
				read(o)
			}
		}
	}
	if !any {
		r.wrong(root.pos, "these are no definitions of RabbitMQ's: there are neither exchanges nor queues, nor what else an export has")
	}
	if len(r.d.Users) > 0 {
		r.d.Only = ""
	}
}

// only is the vhost of an export of a single one. From 4.0 on it is told; before that policies and parameters have
// it, and what the import makes of nothing is the vhost /.
func (r *reader) only(top object) string {
	if name := top.text("original_vhost_name", ""); name != "" {
		return name
	}
	for _, section := range []string{"queues", "exchanges", "bindings", "policies", "parameters"} {
		list, ok := top.has(section)
		if !ok {
			continue
		}
		for _, item := range list.items {
			for _, m := range item.members {
				if m.key == "vhost" && m.value.kind == 's' {
					return m.value.text
				}
			}
		}
	}
	return "/"
}

func (r *reader) vhost(o object) {
	v := &Vhost{Pos: o.pos, Name: o.name()}
	v.DefaultQueueType = o.text("default_queue_type", "")
	if more, ok := o.has("metadata"); ok && more.kind == '{' {
		if kind := (object{r, more.pos, more.members}).text("default_queue_type", ""); kind != "" {
			v.DefaultQueueType = kind
		}
	}
	if v.DefaultQueueType == "undefined" {
		v.DefaultQueueType = ""
	}
	r.d.Vhosts = append(r.d.Vhosts, v)
}

func (r *reader) user(o object) {
	u := &User{
		Pos: o.pos, Name: o.name(), PasswordHash: o.text("password_hash", ""),
		// What says nothing is of before there was a choice.
		Algorithm: o.text("hashing_algorithm", "rabbit_password_hashing_md5"), Limits: o.table("limits"),
	}
	switch tags, ok := o.has("tags"); {
	case !ok:
	case tags.kind == 's': // up to 3.8
		u.Tags = strings.FieldsFunc(tags.text, func(r rune) bool { return r == ',' || r == ' ' })
	case tags.kind == '[':
		for _, tag := range tags.items {
			if tag.kind != 's' {
				r.wrong(tag.pos, "tags: want a text, not %s", tag)
			}
			u.Tags = append(u.Tags, tag.text)
		}
	default:
		r.wrong(tags.pos, "tags: want a list, not %s", tags)
	}
	r.d.Users = append(r.d.Users, u)
}

func (r *reader) permission(o object) {
	r.d.Permissions = append(r.d.Permissions, &Permission{
		Pos: o.pos, User: o.required("user"), Vhost: o.vhost(),
		Configure: o.text("configure", ""), Write: o.text("write", ""), Read: o.text("read", ""),
	})
}

func (r *reader) topicPermission(o object) {
	r.d.TopicPermissions = append(r.d.TopicPermissions, &TopicPermission{
		Pos: o.pos, User: o.required("user"), Vhost: o.vhost(), Exchange: o.text("exchange", ""),
		Write: o.text("write", ""), Read: o.text("read", ""),
	})
}

func (r *reader) parameter(o object) {
	p := &Parameter{Pos: o.pos, Component: o.required("component"), Name: o.required("name"), Vhost: o.vhost(), Value: o.any("value")}
	if p.Component != "operator_policy" {
		r.d.Parameters = append(r.d.Parameters, p)
		return
	}
	if value, ok := o.has("value"); ok {
		if of, ok := r.object(value, "value"); ok {
			policy := of.policy(p.Name, p.Vhost)
			policy.Pos = o.pos
			r.d.OperatorPolicies = append(r.d.OperatorPolicies, policy)
		}
	}
}

func (r *reader) globalParameter(o object) {
	r.d.GlobalParameters = append(r.d.GlobalParameters, &Parameter{Pos: o.pos, Name: o.required("name"), Value: o.any("value")})
}

func (r *reader) policy(o object) {
	r.d.Policies = append(r.d.Policies, o.policy(o.name(), o.vhost()))
}

// policy reads what policies and operator policies have in common.
func (o object) policy(name, vhost string) *Policy {
	p := &Policy{
		Pos: o.pos, Name: name, Vhost: vhost, Pattern: o.required("pattern"), ApplyTo: o.text("apply-to", "all"),
		Priority: o.whole("priority"), Definition: o.table("definition"),
	}
	if p.ApplyTo == "" {
		p.ApplyTo = "all"
	}
	if err := p.Compile(); err != nil {
		o.r.wrong(o.at("pattern"), "pattern: %q is no regular expression: %v", p.Pattern, err)
	}
	return p
}

func (r *reader) exchange(o object) {
	e := &Exchange{
		Pos: o.pos, Name: o.required("name"), Vhost: o.vhost(), Type: o.required("type"), Durable: o.truth("durable"),
		AutoDelete: o.truth("auto_delete"), Internal: o.truth("internal"), Arguments: o.table("arguments"),
	}
	if !isOwn(e.Name) { // 4.3 exports amq.rabbitmq.log
		r.d.Exchanges = append(r.d.Exchanges, e)
	}
}

func (r *reader) queue(o object) {
	r.d.Queues = append(r.d.Queues, &Queue{
		Pos: o.pos, Name: o.name(), Vhost: o.vhost(), Durable: o.truth("durable"), AutoDelete: o.truth("auto_delete"),
		Arguments: o.table("arguments"),
	})
}

func (r *reader) binding(o object) {
	b := &Binding{
		Pos: o.pos, Vhost: o.vhost(), Source: o.required("source"), Destination: o.required("destination"),
		Key: o.text("routing_key", ""), Arguments: o.table("arguments"),
	}
	switch kind := o.required("destination_type"); kind {
	case "", "queue":
	case "exchange":
		b.ToExchange = true
	default:
		r.wrong(o.at("destination_type"), "destination_type: want queue or exchange, not %q", kind)
	}
	if b.Source != "" { // every queue is bound to the default exchange
		r.d.Bindings = append(r.d.Bindings, b)
	}
}

// object is an object whose members are read one by one; what is wrong with them goes to the reader.
type object struct {
	r       *reader
	pos     Position
	members []member
}

func (r *reader) object(n *node, what string) (object, bool) {
	if n.kind != '{' {
		r.wrong(n.pos, "%s: want an object, not %s", what, n)
		return object{}, false
	}
	return object{r, n.pos, n.members}, true
}

func (o object) has(key string) (*node, bool) {
	i := slices.IndexFunc(o.members, func(m member) bool { return m.key == key })
	if i < 0 {
		return nil, false
	}
	return o.members[i].value, true
}

// at is where the value of a key is, or else the object.
func (o object) at(key string) Position {
	if n, ok := o.has(key); ok {
		return n.pos
	}
	return o.pos
}

func (o object) text(key, otherwise string) string {
	n, ok := o.has(key)
	if !ok {
		return otherwise
	}
	if n.kind != 's' {
		o.r.wrong(n.pos, "%s: want a text, not %s", key, n)
	}
	return n.text
}

func (o object) required(key string) string {
	if _, ok := o.has(key); !ok {
		o.r.wrong(o.pos, "%s is missing", key)
	}
	return o.text(key, "")
}

// name is the name of something that cannot have an empty one.
func (o object) name() string {
	name := o.required("name")
	if n, ok := o.has("name"); ok && n.kind == 's' && name == "" {
		o.r.wrong(n.pos, "name: it is empty")
	}
	return name
}

// vhost is the one that something belongs to. In an export of a single vhost nothing need say so.
func (o object) vhost() string {
	if o.r.whole {
		return o.required("vhost")
	}
	return o.text("vhost", o.r.d.Only)
}

func (o object) truth(key string) bool {
	n, ok := o.has(key)
	if ok && n.kind != 't' {
		o.r.wrong(n.pos, "%s: want true or false, not %s", key, n)
	}
	return ok && n.truth
}

func (o object) whole(key string) int {
	n, ok := o.has(key)
	if !ok {
		return 0
	}
	i, err := strconv.Atoi(n.text)
	if n.kind != 'n' || err != nil {
		o.r.wrong(n.pos, "%s: want a whole number, not %s", key, n)
	}
	return i
}

// table is an object of any values. rabbitmqctl of RabbitMQ 3.10 writes some as lists of pairs.
func (o object) table(key string) map[string]any {
	n, ok := o.has(key)
	if !ok {
		return nil
	}
	members, ok := n.pairs()
	if !ok {
		o.r.wrong(n.pos, "%s: want an object, not %s", key, n)
		return nil
	}
	return o.r.values(members)
}

// pairs are the members of an object, also of one that is written as a list of lists of a key and a value.
func (n *node) pairs() (members []member, ok bool) {
	if n.kind == '{' {
		return n.members, true
	}
	for _, item := range n.items {
		if item.kind != '[' || len(item.items) != 2 || item.items[0].kind != 's' {
			return nil, false
		}
		members = append(members, member{item.pos, item.items[0].text, item.items[1]})
	}
	return members, n.kind == '['
}

func (o object) any(key string) any {
	if n, ok := o.has(key); ok {
		return o.r.value(n)
	}
	return nil
}

func (r *reader) values(members []member) map[string]any {
	table := map[string]any{}
	for _, m := range members {
		table[m.key] = r.value(m.value)
	}
	return table
}

// value is a value as scenarios have them: bool, int64, float64, string, []any or map[string]any.
func (r *reader) value(n *node) any {
	switch n.kind {
	case '{':
		return r.values(n.members)
	case '[':
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = r.value(item)
		}
		return items
	case 's':
		return n.text
	case 't':
		return n.truth
	case 'n':
		return r.number(n)
	}
	return nil
}

func (r *reader) number(n *node) any {
	i, err := strconv.ParseInt(n.text, 10, 64)
	if err == nil {
		return i
	}
	if errors.Is(err, strconv.ErrRange) {
		r.wrong(n.pos, "%s is too large a number", n.text)
		return nil
	}
	f, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		r.wrong(n.pos, "%s is too large a number", n.text)
	}
	return f
}

// String names what a value is.
func (n *node) String() string {
	switch n.kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 's':
		return strconv.Quote(n.text)
	case 't':
		return strconv.FormatBool(n.truth)
	case 'n':
		return n.text
	}
	return "null"
}
