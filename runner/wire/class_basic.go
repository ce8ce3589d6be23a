package wire

// The basic class (AMQP 0-9-1, 1.8): publishing, consuming, acknowledging.

// BasicQos is basic.qos.
type BasicQos struct {
	PrefetchSize  uint32
	PrefetchCount uint16
	Global        bool
}

// ID is 60, 10.
func (*BasicQos) ID() MethodID { return MethodID{60, 10} }

func (m *BasicQos) fields(c *coder) {
	c.long(&m.PrefetchSize)
	c.short(&m.PrefetchCount)
	c.bits(&m.Global)
}

// BasicQosOK is basic.qos-ok.
type BasicQosOK struct{}

// ID is 60, 11.
func (*BasicQosOK) ID() MethodID { return MethodID{60, 11} }

func (*BasicQosOK) fields(*coder) {}

// BasicConsume is basic.consume.
type BasicConsume struct {
	Queue, ConsumerTag                string
	NoLocal, NoAck, Exclusive, NoWait bool
	Arguments                         Table
}

// ID is 60, 20.
func (*BasicConsume) ID() MethodID { return MethodID{60, 20} }

func (m *BasicConsume) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Queue)
	c.shortstr(&m.ConsumerTag)
	c.bits(&m.NoLocal, &m.NoAck, &m.Exclusive, &m.NoWait)
	c.table(&m.Arguments)
}

// BasicConsumeOK is basic.consume-ok.
type BasicConsumeOK struct {
	ConsumerTag string
}

// ID is 60, 21.
func (*BasicConsumeOK) ID() MethodID { return MethodID{60, 21} }

func (m *BasicConsumeOK) fields(c *coder) { c.shortstr(&m.ConsumerTag) }

// BasicCancel is basic.cancel. The broker sends it, too (RabbitMQ's extension).
type BasicCancel struct {
	ConsumerTag string
	NoWait      bool
}

// ID is 60, 30.
func (*BasicCancel) ID() MethodID { return MethodID{60, 30} }

func (m *BasicCancel) fields(c *coder) {
	c.shortstr(&m.ConsumerTag)
	c.bits(&m.NoWait)
}

// BasicCancelOK is basic.cancel-ok.
type BasicCancelOK struct {
	ConsumerTag string
}

// ID is 60, 31.
func (*BasicCancelOK) ID() MethodID { return MethodID{60, 31} }

func (m *BasicCancelOK) fields(c *coder) { c.shortstr(&m.ConsumerTag) }

// BasicPublish is basic.publish. It carries content.
type BasicPublish struct {
	Exchange, RoutingKey string
	Mandatory, Immediate bool
}

// ID is 60, 40.
func (*BasicPublish) ID() MethodID { return MethodID{60, 40} }

func (m *BasicPublish) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Exchange)
	c.shortstr(&m.RoutingKey)
	c.bits(&m.Mandatory, &m.Immediate)
}

// BasicReturn is basic.return. It carries content.
type BasicReturn struct {
	ReplyCode                       ReplyCode
	ReplyText, Exchange, RoutingKey string
}

// ID is 60, 50.
func (*BasicReturn) ID() MethodID { return MethodID{60, 50} }

func (m *BasicReturn) fields(c *coder) {
	c.short((*uint16)(&m.ReplyCode))
	c.shortstr(&m.ReplyText)
	c.shortstr(&m.Exchange)
	c.shortstr(&m.RoutingKey)
}

// BasicDeliver is basic.deliver. It carries content.
type BasicDeliver struct {
	ConsumerTag          string
	DeliveryTag          uint64
	Redelivered          bool
	Exchange, RoutingKey string
}

// ID is 60, 60.
func (*BasicDeliver) ID() MethodID { return MethodID{60, 60} }

func (m *BasicDeliver) fields(c *coder) {
	c.shortstr(&m.ConsumerTag)
	c.longlong(&m.DeliveryTag)
	c.bits(&m.Redelivered)
	c.shortstr(&m.Exchange)
	c.shortstr(&m.RoutingKey)
}

// BasicGet is basic.get.
type BasicGet struct {
	Queue string
	NoAck bool
}

// ID is 60, 70.
func (*BasicGet) ID() MethodID { return MethodID{60, 70} }

func (m *BasicGet) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Queue)
	c.bits(&m.NoAck)
}

// BasicGetOK is basic.get-ok. It carries content.
type BasicGetOK struct {
	DeliveryTag          uint64
	Redelivered          bool
	Exchange, RoutingKey string
	MessageCount         uint32
}

// ID is 60, 71.
func (*BasicGetOK) ID() MethodID { return MethodID{60, 71} }

func (m *BasicGetOK) fields(c *coder) {
	c.longlong(&m.DeliveryTag)
	c.bits(&m.Redelivered)
	c.shortstr(&m.Exchange)
	c.shortstr(&m.RoutingKey)
	c.long(&m.MessageCount)
}

// BasicGetEmpty is basic.get-empty.
type BasicGetEmpty struct{}

// ID is 60, 72.
func (*BasicGetEmpty) ID() MethodID { return MethodID{60, 72} }

func (*BasicGetEmpty) fields(c *coder) { c.reservedShortstr() }

// BasicAck is basic.ack.
type BasicAck struct {
	DeliveryTag uint64
	Multiple    bool
}

// ID is 60, 80.
func (*BasicAck) ID() MethodID { return MethodID{60, 80} }

func (m *BasicAck) fields(c *coder) {
	c.longlong(&m.DeliveryTag)
	c.bits(&m.Multiple)
}

// BasicReject is basic.reject.
type BasicReject struct {
	DeliveryTag uint64
	Requeue     bool
}

// ID is 60, 90.
func (*BasicReject) ID() MethodID { return MethodID{60, 90} }

func (m *BasicReject) fields(c *coder) {
	c.longlong(&m.DeliveryTag)
	c.bits(&m.Requeue)
}

// BasicRecoverAsync is basic.recover-async.
type BasicRecoverAsync struct {
	Requeue bool
}

// ID is 60, 100.
func (*BasicRecoverAsync) ID() MethodID { return MethodID{60, 100} }

func (m *BasicRecoverAsync) fields(c *coder) { c.bits(&m.Requeue) }

// BasicRecover is basic.recover.
type BasicRecover struct {
	Requeue bool
}

// ID is 60, 110.
func (*BasicRecover) ID() MethodID { return MethodID{60, 110} }

func (m *BasicRecover) fields(c *coder) { c.bits(&m.Requeue) }

// BasicRecoverOK is basic.recover-ok.
type BasicRecoverOK struct{}

// ID is 60, 111.
func (*BasicRecoverOK) ID() MethodID { return MethodID{60, 111} }

func (*BasicRecoverOK) fields(*coder) {}

// BasicNack is basic.nack. RabbitMQ's extension.
type BasicNack struct {
	DeliveryTag       uint64
	Multiple, Requeue bool
}

// ID is 60, 120.
func (*BasicNack) ID() MethodID { return MethodID{60, 120} }

func (m *BasicNack) fields(c *coder) {
	c.longlong(&m.DeliveryTag)
	c.bits(&m.Multiple, &m.Requeue)
}
