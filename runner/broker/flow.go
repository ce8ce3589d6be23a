package broker

import "time"

// Flow control: a client that publishes gives way while those who consume have much to catch up with and do so. What
// has to wait in queues takes memory, and costs more than what is passed on. RabbitMQ has other rules for it
// (https://www.rabbitmq.com/docs/flow-control); what clients can see of either is only how long something takes.
const (
	// muchWaits is how many bytes messages may take before who publishes gives way, and littleWaits is how many are left
	// when it goes on.
	muchWaits   = 4 << 20
	littleWaits = 2 << 20
	// uninterrupted is how many messages are published between two looks at that.
	uninterrupted = 256
	// turn is how long consumers have to show that they are at it: by so many bytes as pace. It is given them so often
	// at the most.
	turn  = time.Millisecond
	pace  = 32 << 10
	turns = 32
)

// flow is what a connection keeps for it.
type flow struct {
	// looked is how many messages had been published when it last looked.
	looked int
	// inVain is how much had been consumed, in bytes, when it last waited and nobody was quick enough. As long as that
	// stays so nobody is waited for.
	inVain int64
}

// giveWay waits for who consumes, if it is of any use.
func (c *connection) giveWay() {
	memory := &c.broker.memory
	if c.publishes-c.flow.looked < uninterrupted || memory.Taken.Load() <= muchWaits || memory.Released.Load() == c.flow.inVain {
		return
	}
	c.flow.looked = c.publishes
	ticker := time.NewTicker(turn)
	defer ticker.Stop()
	for range turns {
		before := memory.Released.Load()
		select {
		case <-ticker.C:
		case <-c.forced:
			return
		}
		released := memory.Released.Load()
		if released-before < pace {
			c.flow.inVain = released
			return
		}
		if memory.Taken.Load() <= littleWaits {
			return
		}
	}
}
