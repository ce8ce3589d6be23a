package vhost

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/wire"
)

// properties decodes the message's header. What cannot be decoded counts as absent; the broker refuses such a
// message before it gets here.
func (m *message) properties() wire.Properties {
	props, err := wire.ParseProperties(m.header)
	if err != nil {
		return wire.Properties{}
	}
	return props
}

// encode makes props the message's header.
func (m *message) encode(props *wire.Properties) error {
	header, err := wire.AppendProperties(nil, props)
	if err != nil {
		return fmt.Errorf("encoding the properties of a message to %q: %w", m.routingKey, err)
	}
	m.header = header
	return nil
}

// setPriority reads the priority property. Zero is not the same as absent: in a quorum queue absent is higher.
func (m *message) setPriority(props *wire.Properties) {
	if props.Flags&wire.FlagPriority != 0 {
		m.priority = int16(props.Priority)
	}
}

func hasExpiration(props *wire.Properties) bool { return props.Flags&wire.FlagExpiration != 0 }

func clearExpiration(props *wire.Properties) {
	props.Expiration = ""
	props.Flags &^= wire.FlagExpiration
}

func setHeaders(props *wire.Properties, headers wire.Table) {
	props.Headers = headers
	props.Flags |= wire.FlagHeaders
}

// tidy makes of headers what RabbitMQ sends on: sorted by name, each name once, and no BCC. It reports
// whether anything had to be done.
func tidy(headers wire.Table) (wire.Table, bool) {
	if isTidy(headers) {
		return headers, false
	}
	headers = slices.Clone(headers)
	slices.SortStableFunc(headers, func(a, b wire.Field) int { return strings.Compare(a.Name, b.Name) })
	headers = slices.CompactFunc(headers, func(a, b wire.Field) bool { return a.Name == b.Name })
	return slices.DeleteFunc(headers, func(h wire.Field) bool { return h.Name == "BCC" }), true
}

func isTidy(headers wire.Table) bool {
	for i, h := range headers {
		if h.Name == "BCC" || i > 0 && headers[i-1].Name >= h.Name {
			return false
		}
	}
	return true
}

// set gives a table a field, in place of one of that name.
func set(t wire.Table, name string, value any) wire.Table {
	t = slices.DeleteFunc(t, func(f wire.Field) bool { return f.Name == name })
	return append(t, wire.Field{Name: name, Value: value})
}
