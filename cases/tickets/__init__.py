"""Work orders (工单) as rows of an export: finding the table, mapping columns, reading, writing."""
