package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/scenario"
)

func newByHand(t terminal) *cobra.Command {
	act, port, tlsPort := "", 5672, 5671
	cmd := &cobra.Command{
		Use:   "by-hand FILE|NAME",
		Short: "Print the commands that play an act by hand, in several terminals",
		Long: `by-hand prints, for each terminal, the command that plays one actor of an act: the broker first, then
the cast in its order. Start each when the one before has printed what it declares.`,
		Example: `  tutor by-hand hello
  tutor by-hand workqueue --act "automatic acknowledgement"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sources, err := load(cmd.Context(), t, args)
			if err != nil {
				return err
			}
			s := sources[0].scenario
			chosen := s.Acts
			if act != "" {
				a, err := findAct(s, act)
				if err != nil {
					return err
				}
				chosen = []*scenario.Act{a}
			}
			for i, a := range chosen {
				if i > 0 {
					fmt.Fprintln(t.out)
				}
				byHandAct(t, s, a, args[0], port, tlsPort)
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().StringVar(&act, "act", "", "only the act of this number, or whose name contains this text")
	cmd.Flags().IntVar(&port, "port-number", 5672, "port for the broker")
	cmd.Flags().IntVar(&tlsPort, "tls-port-number", 5671, "port for the broker's secure connections")
	return cmd
}

// byHandAct prints an act's terminals, and what each must show.
func byHandAct(t terminal, s *scenario.Scenario, a *scenario.Act, name string, port, tlsPort int) {
	fmt.Fprintf(t.out, "# %s: %s\n", escape.Text(s.Title), escape.Text(a.Name))
	if len(a.Steps) > 0 {
		fmt.Fprintln(t.out, "# This act has steps, which are up to you:")
		for _, step := range a.Steps {
			fmt.Fprintf(t.out, "#   %s\n", escape.Text(stepText(step)))
		}
	}
	number := 1 + slices.Index(s.Acts, a)
	hand := handCommands{port: port, tlsPort: tlsPort, scenario: name, act: number, provided: a.Broker}
	fmt.Fprintf(t.out, "\n# terminal 1: the broker\n%s\n", hand.broker(a))
	for i, actor := range a.Cast {
		line, cannot := hand.actor(actor)
		fmt.Fprintf(t.out, "\n# terminal %d: %s\n", i+2, escape.Text(actor.Name()))
		if len(cannot) > 0 {
			fmt.Fprintf(t.out, "# by hand it lacks: %s\n", escape.Text(strings.Join(cannot, ", ")))
		}
		fmt.Fprintln(t.out, line)
		for _, e := range a.Expect {
			if want := e.Transcript[actor.Name()]; want != nil {
				for _, l := range want.Lines {
					fmt.Fprintf(t.out, "#   %s\n", escape.Text(l))
				}
				break
			}
		}
	}
	fmt.Fprintf(t.out, "\n# to compare: tutor %s --act %d\n", quoted(name), number)
}

func stepText(s *scenario.Step) string {
	for what, who := range map[string]string{"start": s.Start, "stop (Ctrl-C)": s.Stop, "kill (kill -9)": s.Kill, "wait until it is done:": s.Await, "restart the": s.Restart} {
		if who != "" {
			return what + " " + who
		}
	}
	return "wait " + s.Wait.String()
}

// handCommands makes command lines of actors.
type handCommands struct {
	port, tlsPort int
	scenario      string
	act           int
	// provided is what the act's broker provides; it may be nil.
	provided *scenario.Broker
}

// certificates is the directory that the broker's certificates are written to.
const certificates = "certs"

func (h handCommands) broker(a *scenario.Act) string {
	words := []string{"tutor", "broker"}
	if h.port != 5672 {
		words = append(words, "--port-number", strconv.Itoa(h.port))
	}
	if b := a.Broker; b != nil && (b.TLS || len(b.Vhosts) > 0 || len(b.Users) > 0 || len(b.Permit) > 0) {
		words = append(words, "--for", h.scenario, "--act", strconv.Itoa(h.act))
		if b.TLS {
			words = append(words, "--cert-dir", certificates)
			if h.tlsPort != 5671 {
				words = append(words, "--tls-port-number", strconv.Itoa(h.tlsPort))
			}
		}
	}
	return join(words)
}

// actor is an actor's command line, and what of its part flags cannot say.
func (h handCommands) actor(a *scenario.Actor) (line string, cannot []string) {
	c := a.Common()
	tool := "pub"
	if a.Consumer != nil {
		tool = "con"
	}
	words := append([]string{"tutor", tool}, exchangeWords(&c.Exchange)...)
	queue, cannot := queueWords(&c.Queue)
	words = append(words, queue...)
	if c.RoutingKey != "" {
		words = append(words, "-k", c.RoutingKey)
	}
	if a.Consumer != nil {
		more, lacking := consumerWords(a.Consumer)
		words, cannot = append(words, more...), append(cannot, lacking...)
	} else {
		more, lacking := publisherWords(a.Publisher)
		words, cannot = append(words, more...), append(cannot, lacking...)
	}
	if len(c.Queue.Bind.Keys) > 0 {
		cannot = append(cannot, "several binding keys")
	}
	connect, lacking := h.connectWords(&c.Connect)
	if user, password := loginOf(h.provided, &c.Connect); user != "" {
		connect = append(connect, "--userpass", user+":"+password)
	}
	return join(append(words, connect...)), append(cannot, lacking...)
}

func exchangeWords(e *scenario.Exchange) (words []string) {
	if e.Name == "" {
		return nil
	}
	words = append(words, "-e", e.Name)
	if e.Type != "" && e.Type != scenario.Direct {
		words = append(words, "-t", string(e.Type))
	}
	if e.Declare {
		words = append(words, "-E")
		words = appendIf(words, e.Durable, "--durable-exchange")
		words = appendIf(words, !e.AutoDelete, "--nad-exchange")
	}
	return words
}

func queueWords(q *scenario.Queue) (words, cannot []string) {
	if q.Name != "" {
		words = append(words, "-q", q.Name)
	}
	if q.Declare {
		words = append(words, "-Q")
		words = appendIf(words, q.Durable, "--durable-queue")
		words = appendIf(words, q.Exclusive, "--exclusive")
		words = appendIf(words, !q.AutoDelete, "--nad-queue")
	}
	words = appendIf(words, q.Bind.Wanted, "--bind-queue")
	for _, name := range slices.Sorted(maps.Keys(q.Arguments)) {
		value, isNumber := q.Arguments[name].(int64)
		switch {
		case name == "x-expires" && isNumber:
			words = append(words, "--queue-ttl", strconv.FormatInt(value, 10))
		case name == "x-message-ttl" && isNumber:
			words = append(words, "--message-ttl", strconv.FormatInt(value, 10))
		default:
			cannot = append(cannot, "the queue's "+name)
		}
	}
	return words, cannot
}

func consumerWords(c *scenario.Consumer) (words, cannot []string) {
	if c.Prefetch > 0 {
		words = append(words, "--prefetch", strconv.Itoa(c.Prefetch))
	}
	if c.Lazy > 0 {
		words = append(words, "--lazy", secondsText(c.Lazy))
	}
	words = appendIf(words, c.Ack == scenario.AckAuto, "--ack-auto")
	for what, set := range map[string]bool{
		"work": c.Work > 0, "reject": len(c.Reject) > 0, "requeue": len(c.Requeue) > 0,
		"exclusive": c.Exclusive, "arguments": len(c.Arguments) > 0,
	} {
		if set {
			cannot = append(cannot, what)
		}
	}
	slices.Sort(cannot)
	return words, cannot
}

func publisherWords(p *scenario.Publisher) (words, cannot []string) {
	words = append(words, "-m", p.Message)
	if p.MessageSize > 0 {
		words = append(words, "--message-size", strconv.Itoa(p.MessageSize))
	}
	if p.Count != nil && *p.Count > 1 {
		words = append(words, "--nb-messages", strconv.Itoa(*p.Count))
		if p.Interval != scenario.Duration(1e9) {
			words = append(words, "--interval", secondsText(p.Interval))
		}
	}
	if p.Count != nil && *p.Count == 0 {
		cannot = append(cannot, "publishing nothing")
	}
	if p.PubName != "" {
		words = append(words, "--pub-name", p.PubName)
	}
	if p.Priority > 0 {
		words = append(words, "--priority", strconv.Itoa(int(p.Priority)))
	}
	words = appendIf(words, p.Persistent, "--persistent")
	words = appendIf(words, p.Mandatory, "--mandatory")
	words = appendIf(words, p.Confirm, "--confirm")
	if p.Expiration != nil {
		cannot = append(cannot, "expiration")
	}
	if len(p.Headers) > 0 {
		cannot = append(cannot, "headers")
	}
	return words, cannot
}

func (h handCommands) connectWords(c *scenario.Connect) (words, cannot []string) {
	port := h.port
	if c.TLS != nil {
		port = h.tlsPort
	}
	if port != 5672 {
		words = append(words, "--port-number", strconv.Itoa(port))
	}
	if c.Vhost != "" && c.Vhost != "/" {
		words = append(words, "--vhost", c.Vhost)
	}
	switch {
	case c.TLS == nil:
	case c.TLS.Verify != nil && !*c.TLS.Verify:
		words = append(words, "--enable-tls")
	case c.TLS.CA == scenario.CAOther:
		cannot = append(cannot, "a CA that did not sign the broker's certificate (give --cafile any other one)")
		words = append(words, "--subjectname", "broker")
	default:
		name := c.TLS.ServerName
		if name == "" {
			name = "broker"
		}
		words = append(words, "--cafile", certificates+"/ca.pem", "--subjectname", name)
	}
	return words, cannot
}

// loginOf is as whom an actor logs in, with the password that it gives or else the broker block; user is
// empty for the guest, as whom everybody logs in who says nothing.
func loginOf(b *scenario.Broker, c *scenario.Connect) (user, password string) {
	user, password = cmp.Or(c.User, "guest"), "guest"
	if b != nil && b.Users[user] != nil {
		password = b.Users[user].Password
	}
	if c.Password != nil {
		password = *c.Password
	}
	if user == "guest" && password == "guest" {
		return "", ""
	}
	return user, password
}

func secondsText(d scenario.Duration) string {
	return strconv.FormatFloat(d.Std().Seconds(), 'g', -1, 64)
}

func appendIf(words []string, wanted bool, word string) []string {
	if wanted {
		words = append(words, word)
	}
	return words
}

// join makes a command line for a shell of words.
func join(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = quoted(w)
	}
	return strings.Join(out, " ")
}

func quoted(word string) string {
	if escape.Text(word) != word {
		// Go's escapes are also those of shells between $' and '.
		return "$'" + escape.Text(strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(word)) + "'"
	}
	bare := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:,@=+", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !bare(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
