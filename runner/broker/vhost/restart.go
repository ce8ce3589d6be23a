package vhost

// Restart does to the vhost what stopping and starting RabbitMQ does: all exchanges remain, also those that are not
// durable (RabbitMQ 4.3; up to 4.0 they go), and so do durable queues with their bindings and their persistent messages
// (every message of a quorum queue). Deliveries that were not acknowledged go back first. Connections that are still
// open are closed without a word to their clients.
func (v *VHost) Restart() {
	v.mu.Lock()
	defer v.leave()
	v.closeConnections()
	for v.dead.len() > 0 {
		v.publishDead(v.dead.pop())
	}
	for _, q := range v.queues {
		if q.durable {
			q.recover()
		} else {
			v.removeQueue(q)
		}
	}
}

// recover keeps what a durable queue has on disk.
func (q *queue) recover() {
	q.hadConsumers = false
	q.used()
	q.kind.recover(q)
}
