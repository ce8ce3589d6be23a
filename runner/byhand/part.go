package byhand

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"tutor/runner/scenario"
)

// Part is what is played in one terminal: an actor, and what its scenario does not say because a target
// would know it.
type Part struct {
	Actor *scenario.Actor
	// Server and Port are where the broker listens.
	Server string
	Port   int
	// CAFile has the certificates of the authority to trust.
	CAFile string
	// LoginFile begins with a line user:password.
	LoginFile string
	// Drain has a consumer work off what it was sent before it leaves.
	Drain bool
	// Verbose shows what comes and goes with each message.
	Verbose bool

	// consumer and publisher are the actor, each in its role, so that every flag has a field. What is said of
	// the one that the actor is not has no effect.
	consumer  *scenario.Consumer
	publisher *scenario.Publisher
}

// guest is the user that every broker comes with, and its password.
const guest = "guest"

// UserpassVariable is the environment variable that a login may be given in.
const UserpassVariable = "TUTOR_USERPASS"

// NewConsumer is the part of tutor con where its command line says nothing.
func NewConsumer() *Part { return blank(&scenario.Actor{Consumer: &scenario.Consumer{Name: "con"}}) }

// NewPublisher is the part of tutor pub where its command line says nothing.
func NewPublisher() *Part {
	return blank(&scenario.Actor{Publisher: &scenario.Publisher{Name: "pub"}})
}

// blank is the part in which every flag has its initial value.
func blank(a *scenario.Actor) *Part {
	p := newPart(a)
	for _, f := range flags {
		v := f.field(p)
		if v.several != nil {
			continue // it has none
		}
		if err := v.set(f.initial); err != nil {
			panic(fmt.Sprintf("the initial value of --%s: %v", f.name, err))
		}
	}
	return p
}

func newPart(a *scenario.Actor) *Part {
	p := &Part{Actor: a, consumer: a.Consumer, publisher: a.Publisher}
	if p.consumer == nil {
		p.consumer = &scenario.Consumer{}
	}
	if p.publisher == nil {
		p.publisher = &scenario.Publisher{}
	}
	return p
}

func (p *Part) common() *scenario.Common { return p.Actor.Common() }

// Flags are the flags of the tool that plays the part. What they are set to the part becomes.
func (p *Part) Flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.SortFlags = false
	for _, f := range flags {
		if !f.has(p) {
			continue
		}
		v := f.field(p)
		added := set.VarPF(v, f.name, f.short, f.help)
		added.NoOptDefVal = v.alone
	}
	return set
}

// Check finds flags that have a wrong value, or no effect without another one.
func (p *Part) Check() error {
	for _, f := range flags {
		if err := f.check(p); err != nil {
			return err
		}
	}
	q := p.common().Queue
	noQueue := q.Name == "" && !q.Declare
	switch {
	case q.Bind.Wanted && p.common().Exchange.Name == "":
		return errors.New("--bind-queue needs --exchange: every queue is bound to the default exchange already")
	case q.Bind.Wanted && noQueue:
		return errors.New("--bind-queue needs --queue or --create-queue")
	case p.Actor.Consumer != nil && noQueue:
		return errors.New("a consumer needs a queue: --queue NAME, --create-queue, or both")
	}
	return nil
}

// LogIn completes the login from where it was given if no flag says it: a file, or the environment.
func (p *Part) LogIn(environ []string) error {
	c := &p.common().Connect
	if c.User == "" && c.Password == nil {
		given, err := p.loginElsewhere(environ)
		if err != nil {
			return err
		}
		setLogin(c, given)
	}
	if c.User != "" && c.Password == nil {
		return errors.New("a login is user:password")
	}
	return nil
}

func (p *Part) loginElsewhere(environ []string) (given string, err error) {
	if p.LoginFile != "" {
		text, err := os.ReadFile(p.LoginFile)
		if err != nil {
			return "", fmt.Errorf("--userpass-file: %w", err)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, UserpassVariable+"="); ok {
			given = value
		}
	}
	return given, nil
}

// secure makes the connection secure. The broker is verified if it is said by what.
func (p *Part) secure(cafile, subject string) {
	verify := cafile != "" || subject != ""
	p.CAFile = cafile
	p.common().Connect.TLS = &scenario.TLS{Verify: &verify, ServerName: subject}
}

// subject is the name that the broker must carry, where one is said.
func (p *Part) subject() string {
	if t := p.common().Connect.TLS; t != nil {
		return t.ServerName
	}
	return ""
}
