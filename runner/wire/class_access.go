package wire

// The access class (AMQP 0-8): tickets are no longer given, but some clients still ask for one.

// AccessRequest is access.request.
type AccessRequest struct {
	Realm                                   string
	Exclusive, Passive, Active, Write, Read bool
}

// ID is 30, 10.
func (*AccessRequest) ID() MethodID { return MethodID{30, 10} }

func (m *AccessRequest) fields(c *coder) {
	c.shortstr(&m.Realm)
	c.bits(&m.Exclusive, &m.Passive, &m.Active, &m.Write, &m.Read)
}

// AccessRequestOK is access.request-ok.
type AccessRequestOK struct {
	Ticket uint16
}

// ID is 30, 11.
func (*AccessRequestOK) ID() MethodID { return MethodID{30, 11} }

func (m *AccessRequestOK) fields(c *coder) { c.short(&m.Ticket) }
