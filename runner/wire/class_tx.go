package wire

// The tx class (AMQP 0-9-1, 1.9): transactions on one channel.

// TxSelect is tx.select.
type TxSelect struct{}

// ID is 90, 10.
func (*TxSelect) ID() MethodID { return MethodID{90, 10} }

func (*TxSelect) fields(*coder) {}

// TxSelectOK is tx.select-ok.
type TxSelectOK struct{}

// ID is 90, 11.
func (*TxSelectOK) ID() MethodID { return MethodID{90, 11} }

func (*TxSelectOK) fields(*coder) {}

// TxCommit is tx.commit.
type TxCommit struct{}

// ID is 90, 20.
func (*TxCommit) ID() MethodID { return MethodID{90, 20} }

func (*TxCommit) fields(*coder) {}

// TxCommitOK is tx.commit-ok.
type TxCommitOK struct{}

// ID is 90, 21.
func (*TxCommitOK) ID() MethodID { return MethodID{90, 21} }

func (*TxCommitOK) fields(*coder) {}

// TxRollback is tx.rollback.
type TxRollback struct{}

// ID is 90, 30.
func (*TxRollback) ID() MethodID { return MethodID{90, 30} }

func (*TxRollback) fields(*coder) {}

// TxRollbackOK is tx.rollback-ok.
type TxRollbackOK struct{}

// ID is 90, 31.
func (*TxRollbackOK) ID() MethodID { return MethodID{90, 31} }

func (*TxRollbackOK) fields(*coder) {}
