package difftest

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var mutants = flag.Bool("mutants", false, "break the embedded broker in many ways, and see that each is noticed")

// mutant is the embedded broker with one rule switched off.
type mutant struct {
	rule string
	// file of the broker in which new takes the place of old, which occurs there once.
	file, old, new string
}

var allMutants = []mutant{
	{"unacknowledged messages go back when the channel closes", "vhost/channel.go",
		"ch.settle(outstanding, settlement{outcome: requeue, failed: true})", "ch.settle(outstanding, settlement{outcome: acknowledge})"},
	{"prefetch limits a consumer", "vhost/consumer.go", "case c.prefetch > 0 && c.unacked >= c.prefetch:", "case false:"},
	{"automatic acknowledgement forgets at delivery", "vhost/dispatch.go", "if !c.noAck {", "if true {"},
	{"what comes back is marked as redelivered", "vhost/message.go", "return e.returns > 0 || e.deliveries > 0", "return false"},
	{"a requeued message takes its old place", "vhost/settle.go", "q.ready.putBack(e)", "q.ready.push(e)"},
	{"consumers take turns", "vhost/classic.go", "q.rotation.moveToEnd(c)", ""},
	{"# matches zero words", "vhost/topic.go", "if n.hash != nil {\n\t\tn.hash.matchTails(w, found)", "if n.hash != nil && !w.done {\n\t\tn.hash.matchTails(w, found)"},
	{"* matches one word", "vhost/topic.go", "n.star.match(rest, found)", "n.star.match(w, found)"},
	{"a queue gets a message once", "vhost/route.go", "if q.mark != t.round {", "if true {"},
	{"an alternate exchange takes what matches nothing", "vhost/route.go", "if !t.matched && x.alternate != \"\" {", "if false {"},
	{"x-match all needs all", "vhost/headers.go", "anyOne := mode == \"any\" || mode == \"any-with-x\"", "anyOne := true"},
	{"x- headers only count with-x", "vhost/headers.go", "!withX && strings.HasPrefix", "!withX && arg.Name == \"\" && strings.HasPrefix"},
	{"mandatory messages come back", "vhost/publish.go", "\tcase mandatory:\n", "\tcase false:\n"},
	{"what comes back is kept back longer each time", "vhost/delay.go", "int64(max(failures, 1))", "int64(min(failures, 1))"},
	{"a full queue pushes out its head", "vhost/overflow.go", "for q.ready.len() > 0 && q.over(0, 0) {", "for false {"},
	{"a full queue refuses", "vhost/classic.go", "if s.overflow == overflowDropHead || !q.over(1, k.weight(m)) {", "if true {"},
	{"rejected messages are dead-lettered", "vhost/settle.go", "q.die(e, rejected)", ""},
	{"dead letters that nobody takes are kept, and count", "vhost/keep.go", "k.count++", ""},
	{"dead letters are kept only with reject-publish", "vhost/arguments.go", "&& s.overflow == overflowReject", ""},
	{"dead letters tell where they died", "vhost/deadletter.go", "headers = set(headers, \"x-death\", list)", ""},
	{"a delivery limit ends requeueing", "vhost/settle.go", "int64(e.deliveries) > q.settings.deliveryLimit", "false"},
	{"expiration 0 expires at once", "vhost/expiry.go", "return q.vhost.now() + ttl*1000", "return q.vhost.now() + ttl*1000 + 60_000_000"},
	{"higher priorities go first", "vhost/publish.go", "m.setPriority(props)", ""},
	{"a single active consumer is the only one", "vhost/arguments.go", "s.singleActive = active == true", "s.singleActive = active == nil && false"},
	{"an exclusive consumer is the only one", "vhost/classic.go", "return q.active == nil && (!exclusive || len(q.members) == 0)", "return true"},
	{"an exclusive queue is its connection's", "vhost/queue.go", "if q.owner != nil && q.owner != c {", "if false {"},
	{"an exclusive queue goes with its connection", "vhost/connection.go", "for q := range c.exclusive {", "for q := range map[*queue]struct{}{} {"},
	{"an auto-delete queue goes with its last consumer", "vhost/consumer.go", "return q.autoDelete && q.hadConsumers && len(q.members) == 0 && !q.deleted", "return false"},
	{"redeclaring a queue otherwise is refused", "vhost/queue.go", "if err := v.sameQueue(q, ch.conn, m); err != nil {", "if err := error(nil); err != nil {"},
	{"an unknown delivery tag is refused", "vhost/settle.go", "if !known {", "if !known && tag == 0 {"},
	{"a transaction waits for its commit", "vhost/publish.go", "if ch.tx != nil {", "if false {"},
	{"confirms are sent", "vhost/publish.go", "ch.published++", ""},
	{"an internal exchange takes no publishes", "vhost/publish.go", "if x.internal {", "if false {"},
	{"the errors of a channel do not close the connection", "vhost/errors.go", "case wire.AccessRefused, wire.NotFound, wire.ResourceLocked, wire.PreconditionFailed:\n\t\treturn false", "case wire.AccessRefused:\n\t\treturn false"},
	{"a deleted queue's consumers are told", "vhost/queue.go", "c.channel.client.Cancel(c.tag)", ""},
	{"a deprecated feature that is denied is refused", "vhost/deprecated.go", "if !m.Durable && !m.Exclusive && !v.permits(transientQueues) {", "if false {"},
	{"consumers that a limit has held back come back in their turn", "vhost/consumer.go",
		"slices.SortStableFunc(all, func(a, b *consumer) int { return cmp.Compare(a.removed, b.removed) })", "_ = cmp.Compare[int]"},
	{"a consumer that was cancelled counts until it has settled", "vhost/quorum.go", "q.leaving++", ""},
	{"what comes back is delivered before the limit counts", "vhost/quorum.go",
		"ch.wake(q, c)\n", "if s.outcome == requeue {\n\t\tk.trim(q)\n\t}\n\tch.wake(q, c)\n"},
	{"the exchange for the log is in the first vhost only", "vhost/exchange.go", "if vhost == firstVhost {", "if true {"},
	{"the reply to a requester who is gone is not returned", "vhost/route.go", "t.gone = t.gone || isReplyName(name)", ""},
	{"purging leaves what is unacknowledged", "vhost/queue.go", "messages = q.ready.len()\n", "messages = q.ready.len() + q.unacked\n"},
}

// Each mutant must differ from the recordings of RabbitMQ. It takes minutes, so it is run on demand
// (make mutants), as CI does; that there is what each changes is looked at always.
func TestMutants(t *testing.T) {
	for _, m := range allMutants {
		t.Run(m.rule, func(t *testing.T) {
			t.Parallel()
			source, err := filepath.Abs(filepath.Join("..", m.file))
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), m.old); n != 1 {
				t.Fatalf("what is to be changed occurs %d times in %s", n, m.file)
			}
			if !*mutants {
				return
			}
			if noticed, out := notices(t, source, strings.Replace(string(text), m.old, m.new, 1)); !noticed {
				t.Errorf("nothing notices a broker that breaks the rule:\n%s", out)
			}
		})
	}
}

// notices runs the recordings against a broker in which one file has another text.
func notices(t *testing.T, source, text string) (noticed bool, out string) {
	t.Helper()
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: changed}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-overlay", file, "-vet=off", "-timeout", "60s", "-run", "^TestRecordings$", ".")
	cmd.Env = append(os.Environ(), "TUTOR_TEST_BROKERS=embedded")
	said, err := cmd.CombinedOutput()
	if strings.Contains(string(said), "[build failed]") {
		t.Fatalf("the mutant does not compile:\n%s", said)
	}
	return err != nil, string(said)
}
