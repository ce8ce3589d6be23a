package wire

// The confirm class, RabbitMQ's extension: the broker acknowledges publishes.

// ConfirmSelect is confirm.select.
type ConfirmSelect struct {
	NoWait bool
}

// ID is 85, 10.
func (*ConfirmSelect) ID() MethodID { return MethodID{85, 10} }

func (m *ConfirmSelect) fields(c *coder) { c.bits(&m.NoWait) }

// ConfirmSelectOK is confirm.select-ok.
type ConfirmSelectOK struct{}

// ID is 85, 11.
func (*ConfirmSelectOK) ID() MethodID { return MethodID{85, 11} }

func (*ConfirmSelectOK) fields(*coder) {}
