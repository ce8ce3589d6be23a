package play

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/actor"
	"tutor/runner/clock"
	"tutor/runner/ledger"
	"tutor/runner/outcome"
	"tutor/runner/play/barrier"
	"tutor/runner/play/inspector"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/tap"
	"tutor/runner/transcript"
	"tutor/runner/verdict"
)

// playing is one act while it is being played.
type playing struct {
	config   Config
	act      *scenario.Act
	stage    *stage.Stage
	report   *outcome.Act
	timeline *clock.Timeline
	journal  *tap.Journal
	ledger   *ledger.Ledger
	lines    transcript.Recorder
	frames   frameRecorder
	bounds   bounds
	// words puts the scenario's names for vhosts and users in place of the broker's.
	words *strings.Replacer
	// actors by their place in the cast; nil if not started.
	actors []*actor.Actor
	places map[string]int
	// cause is the place of the actor that set off what is happening: it was started, its timer
	// expired, or it was made to leave.
	cause int
	// quiet is how many events the journal had when the system was quiet last.
	quiet     uint64
	inspector *inspector.Inspector
	evidence  *evidence
	barrier   *barrier.Barrier
	// time is the broker's own, if the act has it in hand: it stands still as the act's does. Where it cannot be
	// had on the virtual clock, brokerTime watches that it is not needed.
	time       stage.Time
	brokerTime *brokerTime
	ties       ties
	// restarting is set while the broker is restarted, and does not answer.
	restarting atomic.Bool
	// over is set once the act has come to its end, and the journal is closed.
	over bool
	// tidies is set where the vhost is not the act's own, and had nothing of the names that the act
	// declares.
	tidies bool
}

// many is how much the ledger enters at one time where the broker lives by the act's timeline: its time does not go on
// before all is entered. Otherwise the ledger notes when something happened, and enters it at once.
const many = 256

func newPlaying(c Config, act *scenario.Act, ready prepared, report *outcome.Act) *playing {
	p := &playing{
		config: c, act: act, stage: ready.stage, report: report,
		words:     translation(ready.stage),
		actors:    make([]*actor.Actor, len(act.Cast)),
		places:    map[string]int{},
		inspector: ready.inspector,
		evidence:  ready.evidence,
		bounds:    bounds{messages: c.MaxMessages, bytes: c.MaxBytes},
	}
	members := make([]ledger.Member, len(act.Cast))
	for i, a := range act.Cast {
		p.places[a.Name()] = i
		members[i] = ledger.Member{Name: a.Name(), Vhost: a.Vhost()}
	}
	p.ledger = ledger.New(members, p.remark, p.words.Replace, func() time.Duration { return p.timeline.Now() })
	for vhost, exempt := range p.evidence.exempt {
		p.ledger.Testify(vhost, exempt)
	}
	keepExpected(act, p.ledger)
	observers := []func(tap.Event){p.bounds.observe}
	if c.Frames {
		p.frames.now = func() time.Duration { return p.timeline.Now() }
		observers = append(observers, p.frames.observe)
	}
	atOnce := 1
	switch {
	case report.Clock == scenario.Real:
		p.timeline = clock.NewReal(p.slept)
	case p.stage.Time != nil:
		p.timeline = clock.NewVirtual(p.slept)
		p.time = p.stage.Time
		p.time.Hold()
		p.ledger.OnOneTime()
		atOnce = many
	default:
		p.timeline = clock.NewVirtual(p.slept)
		p.brokerTime = newBrokerTime(act, p.ledger, p.timeline)
		observers = append(observers, p.brokerTime.observe)
	}
	p.journal = tap.NewJournal(observers...)
	p.ledger.Follow(p.journal, atOnce)
	nature := barrier.Nature{Timed: isTimed(act) && p.time == nil || ready.stage.Shared, Limited: hasLimits(act)}
	p.barrier = barrier.New(act, nature, p.actors, p.ledger, p.journal, p.inspector)
	return p
}

// run plays the act to its end, closes the books and gives the verdict. Whatever happens, no actor
// is left behind.
func (p *playing) run(ctx context.Context) (err error) {
	timeout := p.config.timeout(p.act)
	ctx, within := p.bounds.within(ctx)
	defer within()
	ctx, cancel := limit(ctx, timeout, p.stage, &p.restarting)
	defer cancel()
	defer context.AfterFunc(ctx, p.inspector.Drop)()
	defer func() {
		if err != nil {
			err = ifGone(ctx, err, timeout, p.stage)
			err = errors.Join(err, p.breakOff(ctx, !errors.As(err, new(gone))))
		}
		p.report.Lines = append(p.report.Lines, p.printed()...)
		p.report.Frames = p.frames.frames
		p.report.Span = p.timeline.Now()
	}()
	defer guard(&err)
	if p.stage.Shared {
		if err := p.inspector.MustBeFree(ctx, p.act); err != nil {
			return whyEnded(ctx, err)
		}
		p.tidies = true
	}
	if err := p.before(ctx); err != nil {
		return whyEnded(ctx, err)
	}
	var stopped inVain
	if err := p.perform(ctx); err != nil && !errors.As(err, &stopped) {
		return p.whatMoves(whyEnded(ctx, err))
	}
	if err := p.close(ctx); err != nil {
		return whyEnded(ctx, err)
	}
	if stopped.Subject != "" {
		return verdict.Stop(p.report, stopped.Mismatch)
	}
	return verdict.Judge(p.report)
}

// whyBroken says why a context has ended in place of that it has.
func whyBroken(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) {
		return whyEnded(ctx, err)
	}
	return err
}

// whatMoves adds to the error of an act that does not come to its end which message still goes round.
func (p *playing) whatMoves(err error) error {
	if moving := p.ledger.Moving(); moving != "" && errors.As(err, new(overdue)) {
		return fmt.Errorf("%w: %s", err, moving)
	}
	return err
}

// whyEnded says why a context has ended, where that is what an error amounts to.
func whyEnded(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// close ends the act: the journal is closed, the ledger audited, and the actors leave.
func (p *playing) close(ctx context.Context) error {
	if err := p.journal.Close(); err != nil {
		return err
	}
	p.over = true
	queues, err := p.lookAtQueues(ctx)
	if err != nil {
		return err
	}
	p.ledger.Over()
	if err := p.audit(ctx); err != nil {
		return fmt.Errorf("auditing the queues: %w", err)
	}
	// As others leave, somebody may yet get what they had, and print that: it is none of the act's.
	p.report.Lines = p.printed()
	p.report.Books = p.ledger.Close()
	p.report.Books.Queues = queues
	p.report.Books.Notes = append(p.report.Books.Notes, p.ties.notes()...)
	for _, a := range p.started() {
		a.End()
	}
	if err := p.waitForAll(ctx); err != nil {
		return err
	}
	if err := p.tidy(ctx); err != nil {
		return err
	}
	return p.inspector.Close()
}

// tidying is how long it may take to remove what an act that was broken off has left.
const tidying = 10 * time.Second

// breakOff drops all connections, waits for the actors to be gone, and removes what they have left, if there is
// still a broker that can be asked to.
func (p *playing) breakOff(ctx context.Context, reachable bool) error {
	for _, a := range p.started() {
		a.Kill()
	}
	for _, a := range p.started() {
		<-a.Ended()
	}
	if !reachable {
		_ = p.inspector.Close()
		return p.leftThere()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
	defer cancel()
	// The inspector's connections end with the act's context. What went wrong before is what matters.
	_ = p.inspector.Close()
	err := p.tidy(ctx)
	_ = p.inspector.Close()
	return err
}

// leftThere is an error if the act's part of the broker is not removed with its vhost.
func (p *playing) leftThere() error {
	if !p.tidies {
		return nil
	}
	return errors.New("what the act has declared was not removed: it is there again if the broker comes back with it")
}

// tidy removes what the act has left in a vhost that is not its own.
func (p *playing) tidy(ctx context.Context) error {
	if !p.tidies {
		return nil
	}
	if err := p.inspector.RemoveLeftovers(ctx, p.act, p.ledger, p.barrier.Queues()...); err != nil {
		return fmt.Errorf("removing what the act has left: %w", err)
	}
	return nil
}

// started are the actors that have been started so far, in the order of the cast.
func (p *playing) started() []*actor.Actor {
	return slices.DeleteFunc(slices.Clone(p.actors), func(a *actor.Actor) bool { return a == nil })
}

// waitForAll waits for the actors to have ended.
func (p *playing) waitForAll(ctx context.Context) error {
	for _, a := range p.started() {
		select {
		case <-a.Ended():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// slept is told when an actor begins to sleep.
func (p *playing) slept(who int) {
	if a := p.actors[who]; a != nil {
		a.Poke()
	}
}

// remark enters in the transcript what the ledger has seen happen to an actor.
func (p *playing) remark(r ledger.Remark) {
	p.lines.Add(transcript.Line{
		At: p.timeline.Now(), Actor: uint16(r.Who), Kind: transcript.Remark, Message: r.Message, Text: transcript.Plain(r.Text), Trouble: true,
	}, r.Hops)
}

func (p *playing) print(who int, kind transcript.Kind, text, mark string) {
	if kind.IsTrouble() {
		text = p.words.Replace(text)
	}
	place := p.ledger.Place(who, mark, text)
	p.lines.Add(transcript.Line{
		At: p.timeline.Now(), Actor: uint16(who), Kind: kind, Message: place.Message, Text: place.Text, Trouble: kind.IsTrouble(),
	}, place.Hops)
}

// printed is what the actors have printed, when none of what they will yet is of interest any more.
func (p *playing) printed() []transcript.Line {
	p.journal.CatchUp()
	return p.lines.Close()
}

// host is what an actor of this act gets.
func (p *playing) host(who int) (actor.Host, error) {
	connect := &p.act.Cast[who].Common().Connect
	login := p.stage.Users[cmp.Or(connect.User, "guest")]
	password := login.Password
	if connect.Password != nil && !p.isGivenPassword(connect) {
		password = *connect.Password
	}
	h := actor.Host{
		Who:       who,
		Clock:     p.timeline,
		Journal:   p.journal,
		Dial:      p.dial,
		Heartbeat: p.heartbeat(),
		Vhost:     p.stage.Vhosts[p.act.Cast[who].Vhost()],
		User:      login.User,
		Password:  password,
		Users:     map[string]string{},
		Print: func(k transcript.Kind, text, mark string) {
			p.journal.InOrder(func() { p.print(who, k, text, mark) })
		},
		Took:     p.told(who, p.ledger.Took),
		Finished: p.told(who, p.ledger.Finished),
		Exists:   func(queue string) bool { return p.ledger.Exists(p.act.Cast[who].Vhost(), queue) },
		Dies:     func() { p.ledger.Dies(who) },
		Pauses:   p.pauses(p.act.Cast[who]),
	}
	for name, login := range p.stage.Users {
		h.Users[name] = login.User
	}
	if connect.TLS != nil {
		config, err := p.tls(connect.TLS)
		if err != nil {
			return h, err
		}
		h.TLS = config
	}
	return h, nil
}

// told has the ledger be told what an actor does with a delivery, in the order in which it does so.
func (p *playing) told(who int, tell func(who int, channel uint16, tag uint64)) func(uint16, *amqp.Delivery) {
	return func(channel uint16, d *amqp.Delivery) {
		tag := d.DeliveryTag
		p.journal.InOrder(func() { tell(who, channel, tag) })
	}
}

// heartbeat is what actors ask for: none of a broker that lives by the act's timeline, and in this process.
func (p *playing) heartbeat() time.Duration {
	if p.stage.Time != nil {
		return 0
	}
	return actor.Heartbeat
}

// isGivenPassword reports whether the password is the one that the broker block gives the user: the
// target may have chosen another one for it.
func (p *playing) isGivenPassword(c *scenario.Connect) bool {
	user := p.act.Broker.Users[c.User]
	if user == nil {
		return *c.Password == "guest"
	}
	return *c.Password == user.Password
}

func (p *playing) dial(ctx context.Context, secure bool) (net.Conn, error) {
	switch {
	case secure && p.stage.DialTLS == nil:
		return nil, errors.New("this target has no TLS listener")
	case secure:
		return p.stage.DialTLS(ctx)
	case p.stage.Dial == nil:
		return nil, errors.New("this target has a TLS listener only: the actor needs connect: {tls: {}}")
	default:
		return p.stage.Dial(ctx)
	}
}

func (p *playing) tls(t *scenario.TLS) (*tls.Config, error) {
	if t.Verify != nil && !*t.Verify {
		return &tls.Config{InsecureSkipVerify: true}, nil
	}
	config := &tls.Config{RootCAs: p.stage.CA, ServerName: t.ServerName}
	if config.ServerName == "" || config.ServerName == "broker" {
		config.ServerName = p.stage.ServerName
	}
	if t.CA == scenario.CAOther {
		config.RootCAs = x509.NewCertPool()
	}
	return config, nil
}

// translation puts the scenario's names for vhosts and users where the broker's texts have its own.
func translation(s *stage.Stage) *strings.Replacer {
	var pairs []string
	for name, real := range s.Vhosts {
		pairs = append(pairs, "vhost '"+real+"'", "vhost '"+name+"'", "vhost "+real+" ", "vhost "+name+" ")
	}
	for name, login := range s.Users {
		for _, before := range []string{"user '", "user was '", "user_id property set to '"} {
			pairs = append(pairs, before+login.User+"'", before+name+"'")
		}
	}
	return strings.NewReplacer(pairs...)
}
