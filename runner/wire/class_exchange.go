package wire

// The exchange class (AMQP 0-9-1, 1.6), with RabbitMQ's bindings from exchange to exchange.

// ExchangeDeclare is exchange.declare.
type ExchangeDeclare struct {
	Exchange, Type                                 string
	Passive, Durable, AutoDelete, Internal, NoWait bool
	Arguments                                      Table
}

// ID is 40, 10.
func (*ExchangeDeclare) ID() MethodID { return MethodID{40, 10} }

func (m *ExchangeDeclare) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Exchange)
	c.shortstr(&m.Type)
	c.bits(&m.Passive, &m.Durable, &m.AutoDelete, &m.Internal, &m.NoWait)
	c.table(&m.Arguments)
}

// ExchangeDeclareOK is exchange.declare-ok.
type ExchangeDeclareOK struct{}

// ID is 40, 11.
func (*ExchangeDeclareOK) ID() MethodID { return MethodID{40, 11} }

func (*ExchangeDeclareOK) fields(*coder) {}

// ExchangeDelete is exchange.delete.
type ExchangeDelete struct {
	Exchange         string
	IfUnused, NoWait bool
}

// ID is 40, 20.
func (*ExchangeDelete) ID() MethodID { return MethodID{40, 20} }

func (m *ExchangeDelete) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Exchange)
	c.bits(&m.IfUnused, &m.NoWait)
}

// ExchangeDeleteOK is exchange.delete-ok.
type ExchangeDeleteOK struct{}

// ID is 40, 21.
func (*ExchangeDeleteOK) ID() MethodID { return MethodID{40, 21} }

func (*ExchangeDeleteOK) fields(*coder) {}

// ExchangeBind is exchange.bind.
type ExchangeBind struct {
	Destination, Source, RoutingKey string
	NoWait                          bool
	Arguments                       Table
}

// ID is 40, 30.
func (*ExchangeBind) ID() MethodID { return MethodID{40, 30} }

func (m *ExchangeBind) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Destination)
	c.shortstr(&m.Source)
	c.shortstr(&m.RoutingKey)
	c.bits(&m.NoWait)
	c.table(&m.Arguments)
}

// ExchangeBindOK is exchange.bind-ok.
type ExchangeBindOK struct{}

// ID is 40, 31.
func (*ExchangeBindOK) ID() MethodID { return MethodID{40, 31} }

func (*ExchangeBindOK) fields(*coder) {}

// ExchangeUnbind is exchange.unbind.
type ExchangeUnbind struct {
	Destination, Source, RoutingKey string
	NoWait                          bool
	Arguments                       Table
}

// ID is 40, 40.
func (*ExchangeUnbind) ID() MethodID { return MethodID{40, 40} }

func (m *ExchangeUnbind) fields(c *coder) {
	c.reservedShort()
	c.shortstr(&m.Destination)
	c.shortstr(&m.Source)
	c.shortstr(&m.RoutingKey)
	c.bits(&m.NoWait)
	c.table(&m.Arguments)
}

// ExchangeUnbindOK is exchange.unbind-ok. Its number is RabbitMQ's own.
type ExchangeUnbindOK struct{}

// ID is 40, 51.
func (*ExchangeUnbindOK) ID() MethodID { return MethodID{40, 51} }

func (*ExchangeUnbindOK) fields(*coder) {}
