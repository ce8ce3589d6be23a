package scenario

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// Confirm is whether a publisher asks the broker to confirm what it publishes, and how it waits for that: true (which
// is each), a word, or a mapping.
type Confirm struct {
	// Asked is whether it asks at all.
	Asked bool
	// Every is after how many messages it waits for all of them; 0 is never.
	Every int
	// Show prints what the broker says as lines of their own.
	Show bool
}

// ConfirmMode is how a publisher waits for confirms.
type ConfirmMode string

const (
	// ConfirmEach has the publisher wait for the broker's word on each message before it publishes the next.
	ConfirmEach ConfirmMode = "each"
	// ConfirmAsync has the publisher never wait, and listen while it has nothing to publish.
	ConfirmAsync ConfirmMode = "async"
)

func (ConfirmMode) words() []string { return []string{string(ConfirmEach), string(ConfirmAsync)} }

// ConfirmHow says more of how a publisher waits for confirms. Without each, every and async it waits for each.
type ConfirmHow struct {
	// Each waits for each message.
	Each bool `yaml:"each"`
	// Every is after how many messages the publisher waits for all of them. What is left at the end is waited for, too.
	Every *int `yaml:"every" jsonschema:"minimum=1,maximum=10000000"`
	// Async never waits, and listens while the publisher has nothing to publish.
	Async bool `yaml:"async"`
	// Show prints what the broker says, in the order in which it says it: Confirmed, Nacked and Returned. Without it the
	// publisher prints only what went wrong, and where it waits for each, Sent when a message is confirmed.
	Show bool `yaml:"show"`
}

// InPlace reports whether a message is printed as sent only when it is confirmed, and as what the broker says
// otherwise.
func (c Confirm) InPlace() bool { return c.Every == 1 && !c.Show }

func (c *Confirm) decodeNode(d *decoder, n *yaml.Node, path string) {
	switch {
	case n.Kind == yaml.MappingNode:
		c.how(d, n, path)
	case n.Kind == yaml.ScalarNode && n.Tag == "!!bool":
		d.scalar(n, reflect.ValueOf(&c.Asked).Elem())
		if c.Asked {
			c.Every = 1
		}
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str":
		var mode ConfirmMode
		d.scalar(n, reflect.ValueOf(&mode).Elem())
		c.Asked = true
		if mode == ConfirmEach {
			c.Every = 1
		}
	default:
		d.errorf(n, "%swant true, each, async or a mapping such as {every: 3}, not %s", lead(path), kindOf(n))
	}
}

func (c *Confirm) how(d *decoder, n *yaml.Node, path string) {
	var h ConfirmHow
	d.structure(n, reflect.ValueOf(&h).Elem(), path)
	ways := 0
	for _, chosen := range []bool{h.Each, h.Every != nil, h.Async} {
		if chosen {
			ways++
		}
	}
	switch {
	case len(n.Content) == 0:
		d.errorf(n, "%ssay how: each, every, async or show", lead(path))
	case ways > 1:
		d.errorf(n, "%seach, every and async are three ways to wait: give one of them", lead(path))
	}
	*c = Confirm{Asked: true, Every: 1, Show: h.Show}
	switch {
	case h.Async:
		c.Every = 0
	case h.Every != nil:
		c.Every = *h.Every
		if c.Every < 1 || c.Every > maxCopies {
			d.errs = append(d.errs, Error{Pos: d.where[join(path, "every")], Msg: "every must be from 1 to 10000000"})
		}
	}
}
