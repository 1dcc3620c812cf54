/** An answer that is written out as JSON already, because it is long and kept, or was written in slices. */
export class Written<Answer> {
  declare readonly answer: Answer
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
