package scenarios

const questionsIntro = `
## What people ask

| question | where it is answered |
| --- | --- |
`

// questions are those that people ask most, as they ask them, and the lessons that answer them, as "chapter: act". Two
// more cannot be answered yet: why publishing hangs (a broker short of memory), and what missed heartbeats are.
var questions = []struct {
	question string
	lessons  []string
}{
	{"Why does one worker get all messages and the others none?", []string{"sharing: first come, all served"}},
	{"Why are messages unacked and never come back?", []string{"workqueue: a lazy worker", "channels: no more, thank you"}},
	{"Why was my message lost although I published it?", []string{"declaring: confirmed, and gone", "workqueue: a lazy worker under automatic acknowledgement", "confirming: on paper, and by word of mouth"}},
	{"Why do I get a message twice?", []string{"redelivery: at least once", "redelivery: marked as seen before"}},
	{"Can I have exactly once?", []string{"redelivery: at most once", "redelivery: at least once", "redelivery: once, for all that anybody notices"}},
	{"Why does a short TTL not expire before a long one?", []string{"ttl: waiting behind a long one"}},
	{"How do I retry after a delay?", []string{"retrying: a retry with a delay", "retrying: the others do not wait"}},
	{"How often was this message retried?", []string{"retrying: a retry with a delay", "redelivery: marked as seen before"}},
	{"Why does a failing message block or burn the queue?", []string{"redelivery: given back, and given back, and given back", "deadletters: poison in a classic queue"}},
	{"Why did messages vanish after the upgrade to 4?", []string{"deadletters: poison in a quorum queue", "deadletters: guilt by association"}},
	{"Why do my retries no longer reach the dead-letter queue on 4.3?", []string{"redelivery: a nack is no failure"}},
	{"PRECONDITION_FAILED - inequivalent arg: how do I change a queue?", []string{"declaring: the same name, other properties"}},
	{"PRECONDITION_FAILED - unknown delivery tag", []string{"channels: acknowledged twice", "channels: acknowledged on another channel"}},
	{"My consumer silently stops after an error of the channel", []string{"changing: the queue is gone", "channels: an error of the connection"}},
	{"Why is my priority ignored?", []string{"ordering: urgent, but the queue does not know", "ordering: urgent, but the worker has his hands full"}},
	{"Does a confirm mean that somebody has consumed it? Why no nack if it is unroutable?", []string{"confirming: confirmed, though nobody has read it", "declaring: confirmed, and gone"}},
	{"Quorum queue: does not support global qos", []string{"channels: one window for all, of a quorum queue"}},
	{"Are messages in order? With several consumers?", []string{"ordering: one of each", "ordering: two workers", "ordering: one step back"}},
	{"How do all my instances get every message?", []string{"fanout: everybody gets everything", "routing: too late"}},
	{"What is in x-death? Why is the count 1?", []string{"ttl: what is written on a letter", "retrying: a retry with a delay"}},
	{"Does the queue survive a restart? The message?", []string{"confirming: on paper, and by word of mouth", "restarting: closed for a moment"}},
}
