package vhost

// Channel has a method for each AMQP method that reads or changes the vhost's
// state. Errors are of type *[Error]; after one the caller closes the channel
// or the connection, as RabbitMQ does.
//
// Methods whose effects may send something else on the same channel take the
// reply as a function: ok is called with the vhost locked, once the method has
// taken effect and before anything that follows from it is handed to the
// [Client], so that replies and deliveries are queued in the right order. Like
// the Client's methods it must neither block nor call back. Nil means no
// reply is wanted (no-wait).
type Channel struct {
	conn *Connection
}

// Close returns unacknowledged messages to their queues and removes the
// channel's consumers. Closing twice is harmless.
func (ch *Channel) Close() { panic("todo") }

// Resume tells that the [Client] has room again.
func (ch *Channel) Resume() { panic("todo") }

// ExchangeDeclare is exchange.declare.
func (ch *Channel) ExchangeDeclare(d ExchangeDeclare) error { panic("todo") }

// ExchangeDelete is exchange.delete. Deleting what is not there is not an error.
func (ch *Channel) ExchangeDelete(exchange string, ifUnused bool) error { panic("todo") }

// ExchangeBind is exchange.bind.
func (ch *Channel) ExchangeBind(b Binding) error { panic("todo") }

// ExchangeUnbind is exchange.unbind.
func (ch *Channel) ExchangeUnbind(b Binding) error { panic("todo") }

// QueueDeclare is queue.declare.
func (ch *Channel) QueueDeclare(d QueueDeclare) (QueueDeclareOK, error) { panic("todo") }

// QueueBind is queue.bind.
func (ch *Channel) QueueBind(b Binding) error { panic("todo") }

// QueueUnbind is queue.unbind.
func (ch *Channel) QueueUnbind(b Binding) error { panic("todo") }

// QueuePurge is queue.purge; it returns how many ready messages it removed.
func (ch *Channel) QueuePurge(queue string) (messages int, err error) { panic("todo") }

// QueueDelete is queue.delete; ok gets the number of ready messages deleted.
func (ch *Channel) QueueDelete(d QueueDelete, ok func(messages int)) error { panic("todo") }

// Qos is basic.qos.
func (ch *Channel) Qos(prefetchSize uint32, prefetchCount uint16, global bool, ok func()) error {
	panic("todo")
}

// Consume is basic.consume; ok gets the consumer tag.
func (ch *Channel) Consume(c Consume, ok func(consumerTag string)) error { panic("todo") }

// Cancel is basic.cancel. Cancelling what is not there is not an error. What
// the consumer has not acknowledged stays with the channel.
func (ch *Channel) Cancel(consumerTag string, ok func()) error { panic("todo") }

// Publish is basic.publish. An unroutable mandatory message goes to
// [Client.Return] before Publish returns the outcome, as a return precedes its
// confirm. On a transactional channel nothing happens until TxCommit.
func (ch *Channel) Publish(p Publish) (Outcome, error) { panic("todo") }

// Get is basic.get: ok gets the message and the number of ready messages left,
// or nil when the queue was empty. It is called before anything else is
// delivered on the channel.
func (ch *Channel) Get(queue string, noAck bool, ok func(d *Delivery, messages int)) error {
	panic("todo")
}

// Ack is basic.ack.
func (ch *Channel) Ack(deliveryTag uint64, multiple bool) error { panic("todo") }

// Nack is basic.nack.
func (ch *Channel) Nack(deliveryTag uint64, multiple, requeue bool) error { panic("todo") }

// Reject is basic.reject.
func (ch *Channel) Reject(deliveryTag uint64, requeue bool) error { panic("todo") }

// Recover is basic.recover, and basic.recover-async with a nil ok.
func (ch *Channel) Recover(requeue bool, ok func()) error { panic("todo") }

// ConfirmSelect is confirm.select.
func (ch *Channel) ConfirmSelect() error { panic("todo") }

// TxSelect is tx.select.
func (ch *Channel) TxSelect() error { panic("todo") }

// TxCommit is tx.commit. Returns of unroutable messages come before ok.
func (ch *Channel) TxCommit(ok func()) error { panic("todo") }

// TxRollback is tx.rollback.
func (ch *Channel) TxRollback() error { panic("todo") }
