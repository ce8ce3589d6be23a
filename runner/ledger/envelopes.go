package ledger

import (
	"time"

	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// What came to whom, with all that the broker says of it.

// KeepDeliveries has all be kept that comes to an actor from now on. Acts with many messages do not pay for what
// nobody expects anything of.
func (l *Ledger) KeepDeliveries(who int) {
	l.lock()
	defer l.mu.Unlock()
	if l.envelopes == nil {
		l.envelopes = map[int][]scenario.Delivered{}
	}
	l.envelopes[who] = []scenario.Delivered{}
}

// envelope is what the broker says of a message that it brings.
type envelope struct {
	exchange, key, tag string
	redelivered        bool
}

// keep enters a delivery, if those to the actor are kept.
func (l *Ledger) keep(who int, m uint32, e envelope, content *tap.Content) {
	kept, wanted := l.envelopes[who]
	if !wanted {
		return
	}
	l.envelopes[who] = append(kept, scenario.Delivered{
		Message: l.body(m).String(), Redelivered: e.redelivered, Exchange: e.exchange, RoutingKey: e.key, ConsumerTag: e.tag,
		Headers: tableOf(content.Properties.Headers), Properties: propertiesOf(&content.Properties),
	})
}

// delivered are the deliveries that were kept, by the names of the actors.
func (l *Ledger) delivered() map[string][]scenario.Delivered {
	if l.envelopes == nil {
		return nil
	}
	all := map[string][]scenario.Delivered{}
	for who, came := range l.envelopes {
		all[l.cast[who].Name] = came
	}
	return all
}

// tableOf is a table by names. Of a name that occurs twice the first counts.
func tableOf(t wire.Table) map[string]any {
	table := make(map[string]any, len(t))
	for _, f := range t {
		if _, twice := table[f.Name]; !twice {
			table[f.Name] = valueOf(f.Value)
		}
	}
	return table
}

// valueOf is a value of a table with tables by names, and moments as texts.
func valueOf(v any) any {
	switch v := v.(type) {
	case wire.Table:
		return tableOf(v)
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = valueOf(item)
		}
		return items
	case time.Time:
		return moment(v)
	}
	return v
}

// moment is in UTC, in whole seconds as on the wire.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// propertiesOf are the properties that are there, by the names of the format.
func propertiesOf(p *wire.Properties) map[string]any {
	properties := map[string]any{}
	for _, property := range []struct {
		flag  uint16
		name  string
		value any
	}{
		{wire.FlagContentType, "content_type", p.ContentType}, {wire.FlagContentEncoding, "content_encoding", p.ContentEncoding},
		{wire.FlagDeliveryMode, "delivery_mode", p.DeliveryMode}, {wire.FlagPriority, "priority", p.Priority},
		{wire.FlagCorrelationID, "correlation_id", p.CorrelationID}, {wire.FlagReplyTo, "reply_to", p.ReplyTo},
		{wire.FlagExpiration, "expiration", p.Expiration}, {wire.FlagMessageID, "message_id", p.MessageID},
		{wire.FlagTimestamp, "timestamp", moment(p.Timestamp)}, {wire.FlagType, "type", p.Type},
		{wire.FlagUserID, "user_id", p.UserID}, {wire.FlagAppID, "app_id", p.AppID},
	} {
		if p.Flags&property.flag != 0 {
			properties[property.name] = property.value
		}
	}
	return properties
}
