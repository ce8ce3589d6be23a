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

// value is a field of a part in the words of its flag. It is a pflag.Value.
type value struct {
	// kind is what the help calls it.
	kind string
	get  func() string
	set  func(string) error
	// wrong is what is wrong with the field, or empty. Nil finds nothing wrong.
	wrong func() string
	// alone is the value of a flag that is given without one, where that is allowed. Others are written behind a =.
	alone string
	// several are the values of a flag that may be given more than once.
	several func() []string
}

func (v value) String() string        { return v.get() }
func (v value) Set(text string) error { return v.set(text) }
func (v value) Type() string          { return v.kind }

// shown is the value in a complaint.
func (v value) shown() string {
	if v.kind == "string" {
		return strconv.Quote(v.get())
	}
	return v.get()
}

// written is the flag of a word with its value.
func (v value) written(word string) []string {
	switch text := v.get(); {
	case v.several != nil:
		var words []string
		for _, text := range v.several() {
			words = append(words, word, text)
		}
		return words
	case v.alone == "":
		return []string{word, text}
	case text == v.alone:
		return []string{word}
	default:
		return []string{word + "=" + text}
	}
}

// The values of a truth.
const (
	no  = "false"
	yes = "true"
)

func text[T ~string](field *T) value {
	return value{
		kind: "string",
		get:  func() string { return string(*field) },
		set:  func(text string) error { *field = T(text); return nil },
	}
}

// bindArguments are those of the only binding of a queue, if it is to the exchange and with the routing key of the
// command line.
func bindArguments(bind *scenario.Bind) value {
	get := func() string {
		if len(bind.To) != 1 || bind.To[0].From != "" || bind.To[0].Key != nil || len(bind.To[0].Arguments) == 0 {
			return ""
		}
		return bind.To[0].Arguments.String()
	}
	return value{kind: "arguments", get: get, set: func(text string) error {
		if text == "" {
			return nil
		}
		arguments, err := scenario.ParseArguments(text)
		bind.To = []scenario.QueueBinding{{Arguments: arguments}}
		return err
	}}
}

func truth(field *bool) value {
	return truthOf(func() bool { return *field }, func(b bool) { *field = b })
}

// not is the truth of the opposite.
func not(field *bool) value {
	return truthOf(func() bool { return !*field }, func(b bool) { *field = !b })
}

// acknowledging is whether a consumer acknowledges in one mode, rather than as everybody does.
func acknowledging(field *scenario.AckMode, mode scenario.AckMode) value {
	return truthOf(func() bool { return *field == mode }, func(b bool) {
		switch {
		case b:
			*field = mode
		case *field == mode:
			*field = scenario.AckManual
		}
	})
}

func truthOf(get func() bool, set func(bool)) value {
	return value{
		kind: "bool", alone: yes,
		get: func() string { return strconv.FormatBool(get()) },
		set: func(text string) error {
			b, err := strconv.ParseBool(text)
			if err == nil {
				set(b)
			}
			return err
		},
	}
}

// confirm is how a publisher waits for confirms: a number stands for after how many messages.
func confirm(field *scenario.Confirm) value {
	get := func() string {
		switch {
		case !field.Asked:
			return no
		case field.Every == 0:
			return string(scenario.ConfirmAsync)
		case field.Every == 1:
			return string(scenario.ConfirmEach)
		}
		return strconv.Itoa(field.Every)
	}
	set := func(text string) error {
		field.Asked, field.Every = true, 1
		switch text {
		case string(scenario.ConfirmEach), yes:
		case no:
			field.Asked, field.Every = false, 0
		case string(scenario.ConfirmAsync):
			field.Every = 0
		default:
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return errors.New("want each, async, or a number of messages")
			}
			field.Every = n
		}
		return nil
	}
	return value{kind: "each|async|N", get: get, set: set, alone: string(scenario.ConfirmEach)}
}

func number(field *int) value {
	return numberOf("int", func() int64 { return int64(*field) }, func(n int64) { *field = int(n) })
}

func numberOf(kind string, get func() int64, set func(int64)) value {
	return value{
		kind: kind,
		get:  func() string { return strconv.FormatInt(get(), 10) },
		set: func(text string) error {
			n, err := strconv.ParseInt(text, 0, 64)
			if err == nil {
				set(n)
			}
			return err
		},
	}
}

// within finds a number wrong that is too small or too large.
func (v value) within(least, most int64, want string) value {
	v.wrong = func() string {
		if n, err := strconv.ParseInt(v.get(), 10, 64); err != nil || n < least || n > most {
			return want
		}
		return ""
	}
	return v
}

func octet(field *uint8) value {
	return value{
		kind: "uint8",
		get:  func() string { return strconv.Itoa(int(*field)) },
		set: func(text string) error {
			n, err := strconv.ParseUint(text, 0, 8)
			if err == nil {
				*field = uint8(n)
			}
			return err
		},
	}
}

// count is the number of a publisher's messages, which has no end if it is 0. That none are published no
// flag says.
func count(field **int) value {
	get := func() int64 {
		switch {
		case *field == nil || **field == 0:
			return 1
		case **field == math.MaxInt:
			return 0
		}
		return int64(**field)
	}
	return numberOf("int", get, func(n int64) {
		messages := int(n)
		if n == 0 {
			messages = math.MaxInt
		}
		*field = &messages
	})
}

func seconds(field *scenario.Duration) value {
	return value{
		kind: "float64",
		get:  func() string { return strconv.FormatFloat(field.Std().Seconds(), 'g', -1, 64) },
		set: func(text string) error {
			n, err := strconv.ParseFloat(text, 64)
			if err == nil {
				*field = scenario.Duration(n * float64(time.Second))
			}
			return err
		},
		wrong: func() string {
			if *field < 0 {
				return "a time cannot be negative"
			}
			return ""
		},
	}
}

// timeToLive is an argument of a queue that is a number of milliseconds.
func timeToLive(arguments *scenario.Arguments, name string) value {
	get := func() int64 {
		n, _ := (*arguments)[name].(int64)
		return n
	}
	return numberOf("int64", get, func(n int64) {
		changed := maps.Clone(*arguments)
		if changed == nil {
			changed = scenario.Arguments{}
		}
		delete(changed, name)
		if n != 0 {
			changed[name] = n
		}
		*arguments = changed
	}).within(0, math.MaxInt64, "a time to live cannot be negative")
}

// secure is whether a connection is secure and does not verify whom it is to.
func secure(p *Part) value {
	get := func() bool {
		t := p.common().Connect.TLS
		return t != nil && t.Verify != nil && !*t.Verify
	}
	return truthOf(get, func(b bool) {
		if b {
			p.secure(p.CAFile, p.subject())
		}
	})
}

// authority is by whose signature the broker is known, and subject by which name.
func authority(p *Part) value {
	return verification(func() string { return p.CAFile }, func(file string) { p.secure(file, p.subject()) })
}

func subject(p *Part) value {
	return verification(p.subject, func(name string) { p.secure(p.CAFile, name) })
}

func verification(get func() string, set func(string)) value {
	return value{kind: "string", get: get, set: func(text string) error {
		if text != "" {
			set(text)
		}
		return nil
	}}
}

// login is a user with a password. A user without one was given without a colon, and may be a password.
func login(c *scenario.Connect) value {
	get := func() string {
		if c.Password == nil {
			return c.User
		}
		return c.User + ":" + *c.Password
	}
	return value{kind: "string", get: get, set: func(text string) error { setLogin(c, text); return nil }}
}

func setLogin(c *scenario.Connect, text string) {
	user, password, ok := strings.Cut(text, ":")
	c.User, c.Password = user, nil
	if ok {
		c.Password = &password
	}
}
