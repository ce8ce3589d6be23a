package difftest

import "tutor/runner/scenario"

// difference is where other versions of RabbitMQ than the one that the embedded broker is built to
// answer otherwise.
type difference struct {
	on     scenario.Condition
	reason string
	cases  []string
}

var differences = []difference{
	{
		condition("rabbitmq <4.3"), "a topic binding key may have any number of #",
		[]string{"a topic key with three hashes"},
	},
	{
		condition("rabbitmq <4.3"), "a dead letter that its queue keeps is not marked as redelivered, and before 4.0 there were no x-last-death-* headers",
		[]string{"dead letters, reasons, x-death, cycles"},
	},
	{
		condition("rabbitmq <4.3"), "quorum queues do not tell how often a message was acquired (x-acquired-count)",
		[]string{"quorum queues", "getting from a quorum queue", "single active consumer of a quorum queue"},
	},
	{
		condition("rabbitmq <4.3"), "quorum queues keep nothing back that comes back (x-delayed-retry-*), and do not compare these arguments",
		[]string{"delayed retry, which messages are kept back", "delayed retry, types and times that keep nothing back"},
	},
	{
		condition("rabbitmq <4.3"), "x-queue-master-locator is permitted by default, and the refusal says so",
		[]string{"x-queue-master-locator, denied"},
	},
	{
		condition("rabbitmq <4.3"), "purging does not count the dead letters that a queue keeps, which go on counting against its limit",
		[]string{"dead letters that are kept until taken"},
	},
	{
		condition("rabbitmq <4.3"), "quorum queues do not tell how often a message was acquired, and before 4.0 what comes back goes behind the others",
		[]string{"a full quorum queue delivers what comes back first"},
	},
	{
		condition("rabbitmq <4.0"), "a quorum queue says of a message that it was never returned (x-delivery-count is 0)",
		[]string{"dead letters are kept only with reject-publish"},
	},
	{
		condition("rabbitmq <4.3"), "the reply to a requester who is gone is returned if it is mandatory, and a malformed name is only not found",
		[]string{"direct reply-to a requester who is gone"},
	},
	{
		condition("rabbitmq <4.3"), "there is an exchange for the log only where the configuration asks for it (log.exchange)",
		[]string{"the exchange for the log, in the first vhost"},
	},
	{
		condition("rabbitmq <4.0"), "there are no x-last-death-* headers",
		[]string{"expiration", "length limits", "a dead letter goes straight to a consumer"},
	},
	{
		condition("rabbitmq <4.0"), "an exchange type that nobody knows is an error of the connection (503)",
		[]string{"an unknown exchange type"},
	},
}
