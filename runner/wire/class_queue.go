package wire

// The queue class (AMQP 0-9-1, 1.7).

// QueueDeclare is queue.declare.
type QueueDeclare struct {
	Queue                                           string
	Passive, Durable, Exclusive, AutoDelete, NoWait bool
	Arguments                                       Table
}

// ID is 50, 10.
func (*QueueDeclare) ID() MethodID { return MethodID{50, 10} }

func (m *QueueDeclare) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Queue)
	c.bits(&m.Passive, &m.Durable, &m.Exclusive, &m.AutoDelete, &m.NoWait)
	c.table(&m.Arguments)
}

// QueueDeclareOK is queue.declare-ok.
type QueueDeclareOK struct {
	Queue                       string
	MessageCount, ConsumerCount uint32
}

// ID is 50, 11.
func (*QueueDeclareOK) ID() MethodID { return MethodID{50, 11} }

func (m *QueueDeclareOK) fields(c *coder) {
	c.shortstr(&m.Queue)
	c.long(&m.MessageCount)
	c.long(&m.ConsumerCount)
}

// QueueBind is queue.bind.
type QueueBind struct {
	Queue, Exchange, RoutingKey string
	NoWait                      bool
	Arguments                   Table
}

// ID is 50, 20.
func (*QueueBind) ID() MethodID { return MethodID{50, 20} }

func (m *QueueBind) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Queue)
	c.shortstr(&m.Exchange)
	c.shortstr(&m.RoutingKey)
	c.bits(&m.NoWait)
	c.table(&m.Arguments)
}

// QueueBindOK is queue.bind-ok.
type QueueBindOK struct{}

// ID is 50, 21.
func (*QueueBindOK) ID() MethodID { return MethodID{50, 21} }

func (*QueueBindOK) fields(*coder) {}

// QueuePurge is queue.purge.
type QueuePurge struct {
	Queue  string
	NoWait bool
}

// ID is 50, 30.
func (*QueuePurge) ID() MethodID { return MethodID{50, 30} }

func (m *QueuePurge) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Queue)
	c.bits(&m.NoWait)
}

// QueuePurgeOK is queue.purge-ok.
type QueuePurgeOK struct {
	MessageCount uint32
}

// ID is 50, 31.
func (*QueuePurgeOK) ID() MethodID { return MethodID{50, 31} }

func (m *QueuePurgeOK) fields(c *coder) { c.long(&m.MessageCount) }

// QueueDelete is queue.delete.
type QueueDelete struct {
	Queue                     string
	IfUnused, IfEmpty, NoWait bool
}

// ID is 50, 40.
func (*QueueDelete) ID() MethodID { return MethodID{50, 40} }

func (m *QueueDelete) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Queue)
	c.bits(&m.IfUnused, &m.IfEmpty, &m.NoWait)
}

// QueueDeleteOK is queue.delete-ok.
type QueueDeleteOK struct {
	MessageCount uint32
}

// ID is 50, 41.
func (*QueueDeleteOK) ID() MethodID { return MethodID{50, 41} }

func (m *QueueDeleteOK) fields(c *coder) { c.long(&m.MessageCount) }

// QueueUnbind is queue.unbind.
type QueueUnbind struct {
	Queue, Exchange, RoutingKey string
	Arguments                   Table
}

// ID is 50, 50.
func (*QueueUnbind) ID() MethodID { return MethodID{50, 50} }

func (m *QueueUnbind) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Queue)
	c.shortstr(&m.Exchange)
	c.shortstr(&m.RoutingKey)
	c.table(&m.Arguments)
}

// QueueUnbindOK is queue.unbind-ok.
type QueueUnbindOK struct{}

// ID is 50, 51.
func (*QueueUnbindOK) ID() MethodID { return MethodID{50, 51} }

func (*QueueUnbindOK) fields(*coder) {}
