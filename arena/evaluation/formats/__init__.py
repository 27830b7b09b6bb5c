"""Files of questions, answers and judgments, as FastChat's llm_judge writes them, and as a table."""
