package byhand

import (
	"errors"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"tutor/runner/scenario"
)

// The values of flags that say what is in messages, and by which arguments things are declared.

// maxEvery is how many messages a consumer may acknowledge at one time.
const maxEvery = 10000000

// texts are added to by each flag that is given.
func texts(field *[]string) value {
	get := func() string {
		quoted := make([]string, len(*field))
		for i, text := range *field {
			quoted[i] = strconv.Quote(text)
		}
		return strings.Join(quoted, ", ")
	}
	set := func(text string) error { *field = append(*field, text); return nil }
	return value{kind: "string", get: get, set: set, several: func() []string { return *field }}
}

// tableIn is a table in one line.
func tableIn(field *scenario.Arguments) value {
	return tableOf(func() scenario.Arguments { return *field }, func(a scenario.Arguments) { *field = a })
}

func tableOf(get func() scenario.Arguments, set func(scenario.Arguments)) value {
	shown := func() string {
		if len(get()) == 0 {
			return ""
		}
		return get().String()
	}
	return value{kind: "arguments", get: shown, set: func(text string) error {
		if text == "" {
			return nil
		}
		a, err := scenario.ParseArguments(text)
		if err == nil {
			set(a)
		}
		return err
	}}
}

// furtherArguments are those of a queue that no flag of their own says.
func furtherArguments(field *scenario.Arguments) value {
	get := func() scenario.Arguments {
		further := maps.Clone(*field)
		maps.DeleteFunc(further, isTimeToLive)
		return further
	}
	return tableOf(get, func(a scenario.Arguments) {
		changed := maps.Clone(*field)
		maps.DeleteFunc(changed, func(name string, v any) bool { return !isTimeToLive(name, v) })
		if changed == nil {
			changed = scenario.Arguments{}
		}
		maps.Copy(changed, a)
		*field = changed
	})
}

// isTimeToLive reports whether an argument of a queue is what --queue-ttl or --message-ttl says.
func isTimeToLive(name string, v any) bool {
	n, number := v.(int64)
	return number && n > 0 && (name == "x-expires" || name == "x-message-ttl")
}

// property is a text among the properties of messages.
func property(of func(*scenario.Properties) *string) func(*Part) value {
	return func(p *Part) value {
		field := &p.publisher.Properties
		return value{kind: "string", get: func() string { return *of(propertiesIn(field)) }, set: func(text string) error {
			changeProperties(field, func(p *scenario.Properties) { *of(p) = text })
			return nil
		}}
	}
}

// timestamp is the moment among the properties of messages.
func timestamp(field **scenario.Properties) value {
	get := func() string {
		t := propertiesIn(field).Timestamp.Std()
		if t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	return value{kind: "moment", get: get, set: func(text string) error {
		var t scenario.Timestamp
		if text != "" {
			var ok bool
			if t, ok = scenario.ParseTimestamp(text); !ok {
				return errors.New("want a moment such as 2026-01-31T12:00:00Z")
			}
		}
		changeProperties(field, func(p *scenario.Properties) { p.Timestamp = t })
		return nil
	}}
}

func propertiesIn(field **scenario.Properties) *scenario.Properties {
	if *field == nil {
		return &scenario.Properties{}
	}
	return *field
}

// changeProperties changes a copy; where none is left, there are no properties.
func changeProperties(field **scenario.Properties, change func(*scenario.Properties)) {
	changed := *propertiesIn(field)
	change(&changed)
	*field = nil
	if changed != (scenario.Properties{}) {
		*field = &changed
	}
}

// expiration is a number of milliseconds, where it is given at all: 0 is a time to live, too.
func expiration(field **scenario.Duration) value {
	get := func() string {
		if *field == nil {
			return ""
		}
		return strconv.FormatInt((*field).Std().Milliseconds(), 10)
	}
	return value{kind: "milliseconds", get: get, set: func(text string) error {
		if text == "" {
			*field = nil
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/int64(time.Millisecond) {
			return errors.New("want a number of milliseconds, 0 or more")
		}
		d := scenario.Duration(time.Duration(n) * time.Millisecond)
		*field = &d
		return nil
	}}
}
