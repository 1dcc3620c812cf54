/** An answer that is already serialised as JSON, because it is long and cached, or was written in slices. */
export class Written<Answer> {
  declare readonly answer: Answer
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
